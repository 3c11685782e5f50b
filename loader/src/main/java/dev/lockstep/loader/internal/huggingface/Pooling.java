package dev.lockstep.loader.internal.huggingface;

import java.util.List;

/** How sentence-transformers says that an encoder's outputs become one, by GGUF's numbers (ggml-org/llama.cpp, llama_pooling_type). */
final class Pooling {
    private static final int MEAN = 1;
    private static final int FIRST_TOKEN = 2;
    private static final int LAST_TOKEN = 3;

    private static final String MODE = "pooling_mode_";

    private Pooling() {
    }

    /** The number of the only mode that is on. */
    static int number(ModelSettings settings) {
        List<String> modes = settings.text("pooling_mode").map(List::of).orElseGet(() -> settings.json().names().stream()
                .filter(name -> name.startsWith(MODE) && settings.flag(name).orElse(false)).map(name -> name.substring(MODE.length())).toList());
        return switch (modes.size() == 1 ? modes.getFirst() : modes.toString()) {
            case "mean", "mean_tokens" -> MEAN;
            case "cls", "cls_token" -> FIRST_TOKEN;
            case "lasttoken" -> LAST_TOKEN;
            default -> throw settings.fault("pooling_mode", modes + " is not supported; supported are mean, cls and lasttoken, one of them");
        };
    }
}
