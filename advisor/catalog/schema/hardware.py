"""A device or a system: memory pools, bandwidth, compute, power, links."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from advisor import units
from advisor.catalog.schema.common import STRICT, Count, Date, Positive, Text

Kind = Literal["discrete gpu", "accelerator", "unified soc", "cpu", "system", "not stated"]
Platform = Literal["cuda", "rocm", "metal", "intel", "cpu"]
OperatingSystem = Literal["linux", "windows", "macos"]
Module = Literal["SXM", "OAM"]
Figure = Literal["advertised_gb", "bandwidth_gb_s", "fp16_tflops", "fp8_tflops", "fp4_tflops", "int8_tops", "power_w",
                 "host_link_gb_s", "peer_link_gb_s", "announced", "on_sale", "launch_price"]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableMemory:
    """How much of the memory one runtime can really have, as somebody saw it."""

    __pydantic_config__ = STRICT

    meaning: Annotated[
        Literal["visible", "free at start", "free beside a context", "reached", "wired limit", "policy"],
        "visible: to the operating system; free at start: before the runtime loads; free beside a context: once the runtime "
        "has opened the device, before it loads; reached: seen working; wired limit: what the system lets a GPU hold; policy: "
        "what the runtime allows itself",
    ]
    gib: Annotated[Positive | None, "binary gigabytes as seen"] = None
    share: Annotated[Positive | None, "share of the advertised memory, where that is how it is stated"] = None
    runtime: Annotated[str | None, "runtime it holds for; absent = any"] = None
    os: Annotated[OperatingSystem | None, "operating system it holds for; absent = any"] = None
    assumed: Annotated[bool, "put in by somebody, seen by nobody; said wherever it is used"] = False
    setting: Annotated[
        str | None, "what has to be set or installed for it, after `with`; absent = as the machine comes"
    ] = None
    source: Annotated[Text, "source id"]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount with its currency; never shown without its date."""

    __pydantic_config__ = STRICT

    value: Positive
    currency: Annotated[Text, "ISO 4217 code"]
    source: Annotated[Text | None, "source id; absent only where the figure is listed as unverified"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A device of a system."""

    __pydantic_config__ = STRICT

    device: Annotated[Text, "hardware id"]
    count: Annotated[Count, "how many"] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The computer around discrete cards: what offloaded weights run from."""

    __pydantic_config__ = STRICT

    cpu: Annotated[str | None, "processor as stated"] = None
    memory_gb: Annotated[Positive | None, "main memory"] = None
    memory_type: Annotated[str | None, "DDR4, DDR5 …"] = None
    bandwidth_gb_s: Annotated[Positive | None, "peak of main memory; absent = the source does not state its speed"] = (
        None
    )
    source: Annotated[Text, "source id"]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How members of a system reach each other."""

    __pydantic_config__ = STRICT

    kind: Annotated[Text, "what it is (ConnectX-7 200GbE, PCIe 4.0 x16, NVLink 4)"]
    bandwidth_gb_s: Annotated[Positive | None, "one direction"] = None
    latency_us: Annotated[Positive | None, "one message, one way"] = None
    between: Annotated[Literal["devices", "nodes"], "devices of one box, or boxes"]
    source: Annotated[Text, "source id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """catalog/hardware/<id>.yaml: a card, a chip with its memory, a processor, or a system made of these."""

    __pydantic_config__ = STRICT

    id: Annotated[Text, "the file's name"]
    name: Annotated[Text, "display name"]
    aliases: Annotated[tuple[Text, ...], "other names it answers to, case-insensitively"] = ()
    vendor: Annotated[Text, "maker"]
    kind: Kind
    platform: Annotated[Platform | None, "what runtimes program it with; absent for a system: its members say"] = None
    same_as: Annotated[str | None, "id of the device this box rebadges: evidence for one holds for the other"] = None
    variant_of: Annotated[str | None, "id shared by entries that differ in memory only"] = None
    advertised_gb: Annotated[
        Positive | None, "memory as sold; binary where vendors mean it so (see memory_is_binary)"
    ] = None
    memory_is_binary: Annotated[bool, "the advertised figure counts in 2**30 (graphics cards, DIMMs)"] = True
    usable: Annotated[tuple[UsableMemory, ...], "what of it can be had, by runtime"] = ()
    memory_type: Annotated[str | None, "GDDR6X, LPDDR5X …"] = None
    bandwidth_gb_s: Annotated[Positive | None, "peak memory bandwidth"] = None
    measured_read_gb_s: Annotated[Positive | None, "highest streaming read somebody measured"] = None
    fp16_tflops: Annotated[Positive | None, "dense FP16/BF16 with FP32 accumulate"] = None
    fp8_tflops: Annotated[Positive | None, "dense FP8"] = None
    fp4_tflops: Annotated[Positive | None, "dense FP4"] = None
    int8_tops: Annotated[Positive | None, "dense INT8"] = None
    measured_fp16_tflops: Annotated[Positive | None, "highest FP16/BF16 matrix rate somebody measured"] = None
    compute_basis: Annotated[str | None, "where the compute figures come from"] = None
    native_formats: Annotated[tuple[Text, ...], "number formats its matrix units have"] = ()
    compute_capability: Annotated[str | None, "CUDA compute capability, quoted"] = None
    architecture: Annotated[str | None, "chip generation; evidence is shared within it"] = None
    power_w: Annotated[Positive | None, "board or package power limit"] = None
    module: Annotated[
        Module | None, "board for a server's own baseboard, which no slot of a computer takes; absent = anything else"
    ] = None
    host_link: Annotated[str | None, "PCIe generation and width"] = None
    host_link_gb_s: Annotated[Positive | None, "one direction of that"] = None
    peer_link_gb_s: Annotated[Positive | None, "NVLink or the like, one direction"] = None
    announced: Annotated[Date | None, "date of announcement"] = None
    on_sale: Annotated[Date | None, "first day of sale"] = None
    launch_price: Annotated[Money | None, "price at launch"] = None
    members: Annotated[tuple[Member, ...], "devices of a system"] = ()
    nodes: Annotated[Count, "boxes it consists of"] = 1
    host: Annotated[Host | None, "the computer around the cards"] = None
    links: Annotated[tuple[Link, ...], "how members reach each other"] = ()
    sources: Annotated[dict[str, tuple[Text, ...]], "figure, or `all` → source ids"] = field(default_factory=dict)
    unverified: Annotated[tuple[Figure, ...], "figures without a source: shown only by --explain, used nowhere"] = ()
    conflicts: Annotated[tuple[Text, ...], "other figures seen"] = ()
    notes: str | None = None

    @property
    def advertised_bytes(self) -> int | None:
        """Memory as sold, in bytes."""
        if self.advertised_gb is None:
            return None
        return units.gib(self.advertised_gb) if self.memory_is_binary else units.gb(self.advertised_gb)

    @property
    def bandwidth_bytes_s(self) -> float | None:
        """Peak memory bandwidth in bytes per second; None where unknown or without a source."""
        if self.bandwidth_gb_s is None or "bandwidth_gb_s" in self.unverified:
            return None
        return units.gb_s(self.bandwidth_gb_s)

    @property
    def is_system(self) -> bool:
        """True when it is made of other entries."""
        return bool(self.members)
