// Ask llama.cpp (no_alloc mode) for its memory plan for many settings of one model; one JSON line per setting.
// usage: probe model.gguf ngl split < settings      each line: key=value ... (ctx seq unified tk tv fa ub b outputs swa_full)
#include "ggml-backend.h"
#include "llama-ext.h"
#include "llama.h"

#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

static std::vector<std::string> g_log;
static void log_cb(ggml_log_level lvl, const char * text, void *) {
    if (getenv("PROBE_VERBOSE")) fputs(text, stderr);
    if (lvl == GGML_LOG_LEVEL_DEBUG) return;
    if (strstr(text, "size =") || strstr(text, "graph") || strstr(text, "enabled") || strstr(text, "pipeline") || lvl == GGML_LOG_LEVEL_ERROR) g_log.push_back(text);
}
static std::string esc(const std::string & s) {
    std::string o; for (char c : s) { if (c == '"' || c == '\\') o += '\\'; if (c == '\n') continue; if (c == '\t') c = ' '; o += c; } return o;
}
static ggml_type ty(const std::string & s) {
    for (int i = 0; i < GGML_TYPE_COUNT; i++) { const char * n = ggml_type_name((ggml_type) i); if (n && s == n) return (ggml_type) i; }
    return GGML_TYPE_F16;
}

int main(int argc, char ** argv) {
    if (argc < 2) return 1;
    llama_log_set(log_cb, nullptr);
    ggml_backend_load_all();
    llama_backend_init();
    auto mp = llama_model_default_params();
    if (!getenv("PROBE_ALLOC")) { mp.no_alloc = true; mp.load_mode = LLAMA_LOAD_MODE_NONE; } else { mp.use_extra_bufts = false; }
    mp.n_gpu_layers = argc > 2 ? atoi(argv[2]) : 999;
    std::vector<float> ts(llama_max_devices() + 1, 0.0f);
    if (argc > 3 && strlen(argv[3])) { std::stringstream ss(argv[3]); std::string x; int i = 0; while (std::getline(ss, x, ',')) ts[i++] = atof(x.c_str()); mp.tensor_split = ts.data(); }
    // PROBE_OT="pattern=buffer,..." as --override-tensor takes it
    std::vector<llama_model_tensor_buft_override> ov;
    static std::vector<std::string> kept; kept.reserve(1000);
    if (getenv("PROBE_OT")) {
        std::map<std::string, ggml_backend_buffer_type_t> known;
        for (size_t i = 0; i < ggml_backend_dev_count(); i++) { auto * t = ggml_backend_dev_buffer_type(ggml_backend_dev_get(i)); if (t) known[ggml_backend_buft_name(t)] = t; }
        std::stringstream ss(getenv("PROBE_OT")); std::string one;
        while (std::getline(ss, one, ',')) {
            auto p = one.find('='); kept.push_back(one.substr(0, p));
            if (!known.count(one.substr(p + 1))) { for (auto & [n, _] : known) fprintf(stderr, "buffer %s\n", n.c_str()); return 3; }
            ov.push_back({ kept.back().c_str(), known[one.substr(p + 1)] });
        }
        ov.push_back({ nullptr, nullptr }); mp.tensor_buft_overrides = ov.data();
    }
    llama_model * model = llama_model_load_from_file(argv[1], mp);
    if (!model) { for (auto & l : g_log) fputs(l.c_str(), stderr); fprintf(stderr, "load failed\n"); return 2; }
    char desc[256]; llama_model_desc(model, desc, sizeof desc);
    printf("{\"model\":\"%s\",\"n_params\":%llu,\"size\":%llu}\n", desc, (unsigned long long) llama_model_n_params(model), (unsigned long long) llama_model_size(model));
    std::string line;
    while (std::getline(std::cin, line)) {
        if (line.empty()) continue;
        std::map<std::string, std::string> kv; { std::stringstream ss(line); std::string t; while (ss >> t) { auto p = t.find('='); kv[t.substr(0, p)] = t.substr(p + 1); } }
        auto geti = [&](const char * k, int d) { return kv.count(k) ? atoi(kv[k].c_str()) : d; };
        auto cp = llama_context_default_params();
        cp.n_ctx = geti("ctx", 4096); cp.n_seq_max = geti("seq", 1); cp.kv_unified = geti("unified", 0);
        cp.n_batch = geti("b", 2048); cp.n_ubatch = geti("ub", 512); if (cp.n_ubatch > cp.n_batch) cp.n_batch = cp.n_ubatch;
        cp.n_outputs_max = geti("outputs", 0); cp.n_outputs_max_per_seq = 1; cp.swa_full = geti("swa_full", 0);
        cp.type_k = ty(kv.count("tk") ? kv["tk"] : "f16"); cp.type_v = ty(kv.count("tv") ? kv["tv"] : "f16");
        cp.flash_attn_type = (llama_flash_attn_type) geti("fa", -1); cp.offload_kqv = geti("kvo", 1);
        g_log.clear();
        llama_context * ctx = nullptr;
        try { ctx = llama_init_from_model(model, cp); } catch (const std::exception & e) { g_log.push_back(e.what()); }
        printf("{\"settings\":\"%s\",\"ok\":%s,\"buft\":{", line.c_str(), ctx ? "true" : "false");
        if (ctx) {
            bool first = true;
            for (auto & [b, m] : llama_get_memory_breakdown(ctx)) {
                printf("%s\"%s\":{\"host\":%d,\"model\":%zu,\"context\":%zu,\"compute\":%zu}", first ? "" : ",", ggml_backend_buft_name(b), (int) ggml_backend_buft_is_host(b), m.model, m.context, m.compute);
                first = false;
            }
        }
        printf("},\"log\":[");
        for (size_t i = 0; i < g_log.size(); i++) printf("%s\"%s\"", i ? "," : "", esc(g_log[i]).c_str());
        printf("]}\n"); fflush(stdout);
        if (ctx) llama_free(ctx);
    }
    llama_model_free(model);
    return 0;
}
