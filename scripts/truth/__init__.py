"""Header-only model files for asking llama.cpp itself."""
