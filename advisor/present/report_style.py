"""How the HTML report looks: light, one column, wide tables scroll on a screen and are whole on paper."""

from __future__ import annotations

COLOURS = {
    "ground": "#ffffff", "ink": "#1a1a1a", "soft": "#4a4a4a", "link": "#0a4f8a", "line": "#c8c8c8", "wash": "#f4f6f8",
    "answer": "#eaf2f9", "code": "#eef0f2",
}  # fmt: skip
"""Name → colour."""
ON = (
    ("ink", "ground"), ("soft", "ground"), ("link", "ground"), ("ink", "wash"), ("soft", "wash"), ("link", "wash"), ("ink", "answer"),
    ("soft", "answer"), ("link", "answer"), ("ink", "code"),
)  # fmt: skip
"""Every colour of text, with each ground it stands on."""

_SHEET = """\
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: $ground; color: $ink; font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main, header, footer, nav { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; text-wrap: balance; }
h2 { font-size: 1.4rem; line-height: 1.25; margin: 3rem 0 .8rem; padding-top: .8rem; border-top: 2px solid $line; }
h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p, ul, ol, dl { max-width: 46rem; margin: .6rem 0; }
li { margin: .25rem 0; }
p, li, dd, td, th, h1, h2, h3, figcaption { overflow-wrap: break-word; }
.under, figcaption, caption, footer { color: $soft; }
.lead { font-size: 1.15rem; font-weight: 600; background: $answer; border-left: .3rem solid $link; padding: .8rem 1rem; }
a { color: $link; }
a.cited { text-decoration: none; font-size: .85em; white-space: nowrap; }
nav ol { columns: 18rem; padding-left: 1.4rem; }
code { background: $code; padding: .1em .3em; border-radius: .2em; font: .88em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .25rem 1rem; }
dt { font-weight: 600; }
dd { margin: 0; }
.claim { margin: 1rem 0; padding: .6rem 1rem; background: $wash; border-left: .3rem solid $line; max-width: 50rem; }
.claim p { margin: .2rem 0; }
.wide { overflow-x: auto; margin: 1rem 0 1.4rem; position: relative; }
.wide:focus-visible, a:focus-visible { outline: 2px solid $link; outline-offset: 2px; }
table { border-collapse: collapse; font-size: .92rem; min-width: 32rem; }
caption { text-align: left; padding-bottom: .4rem; font-size: .92rem; }
caption span { display: block; position: sticky; left: 0; max-width: min(100%, calc(100vw - 2.5rem)); }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem; border-bottom: 1px solid $line; }
thead th { background: $wash; vertical-align: bottom; }
tbody th { font-weight: 600; min-width: 8rem; max-width: 16rem; }
td { min-width: 6rem; }
td code { font-size: .8rem; }
.right { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1.2rem 0; }
figure svg { display: block; width: 100%; max-width: 54rem; max-height: 46rem; height: auto; min-width: 34rem; }
.short { white-space: nowrap; }
figcaption { font-size: .92rem; max-width: 46rem; margin-top: .4rem; }
.sources { list-style: none; padding: 0; max-width: 60rem; }
.sources li { padding-left: 2.8rem; text-indent: -2.8rem; }
.sources b { display: inline-block; width: 2.8rem; text-indent: 0; }
:target { background: $answer; }
footer { margin-top: 3rem; padding-bottom: 3rem; border-top: 2px solid $line; font-size: .92rem; }
@media (max-width: 40rem) {
  body { font-size: .95rem; }
  h1 { font-size: 1.5rem; }
  dl { display: block; }
  dd { margin: 0 0 .5rem; }
}
@media print {
  @page { margin: 14mm; }
  body { font-size: 9.5pt; }
  main, header, footer { max-width: none; padding: 0; }
  nav { display: none; }
  h2, h3 { break-after: avoid; }
  figure, .claim, tr, .lead { break-inside: avoid; }
  thead { display: table-header-group; }
  .wide { overflow: visible; }
  table { width: 100%; min-width: 0; font-size: 8pt; }
  tbody th, td { min-width: 0; }
  th, td { padding: .2rem .35rem; overflow-wrap: anywhere; }
  figure svg { min-width: 0; max-height: 20cm; }
  .short { white-space: normal; }
  a { color: $ink; text-decoration: none; }
  p, ul, ol, dl, figcaption { max-width: none; }
}
"""


def sheet() -> str:
    """The style sheet with its colours."""
    text = _SHEET
    for name, colour in COLOURS.items():
        text = text.replace(f"${name}", colour)
    return text
