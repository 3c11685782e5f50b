package dev.lockstep.tests;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.StringTable;
import dev.lockstep.testkit.SafetensorsBuilder;
import dev.lockstep.testkit.SharedData;
import dev.lockstep.tests.GgufWeights.Values;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A GGUF file as transformers would have saved it, by {@code twins.txt}.
 *
 * @param config the text of config.json
 * @param tensors by their names there, in the order of these
 */
record HuggingFaceTwin(String config, Map<String, Values> tensors) {
    private static final Map<String, List<String>> SECTIONS = sections();

    private static Map<String, List<String>> sections() {
        try (var text = HuggingFaceTwin.class.getResourceAsStream("twins.txt")) {
            Map<String, List<String>> sections = new LinkedHashMap<>();
            List<String> section = new ArrayList<>();
            for (String line : new String(text.readAllBytes(), StandardCharsets.UTF_8).lines().filter(each -> !each.isBlank()).skip(4).toList()) {
                if (line.startsWith("= ")) {
                    String[] words = line.substring(2).split("[ :]+");
                    section = new ArrayList<>();
                    for (String included : Arrays.copyOfRange(words, 1, words.length)) {
                        section.addAll(sections.get(included));
                    }
                    sections.put(words[0], section);
                } else {
                    section.add(line);
                }
            }
            return sections;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param section of the text */
    static HuggingFaceTwin of(GgufWeights gguf, String section) {
        var tensors = new TreeMap<String, Values>();
        String config = "";
        for (String line : SECTIONS.get(section)) {
            if (line.startsWith("{")) {
                config = filled(line, gguf.metadata());
            } else {
                add(line, gguf, tensors);
            }
        }
        return new HuggingFaceTwin(config, tensors);
    }

    /** Writes the folder; whatever the tokenizer was, it becomes that of the tiny GPT-2, which has as many tokens. */
    Path write(Path folder) throws IOException {
        var file = new SafetensorsBuilder();
        tensors.forEach((name, values) -> file.floats(name, values.shape(), values.values()));
        Files.write(folder.resolve("model.safetensors"), file.build());
        Files.writeString(folder.resolve("config.json"), config);
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer(GgufWeights.read(SharedData.path("checkpoints/arch/gpt2/model-f32.gguf")).metadata()));
        return folder;
    }

    private static String tokenizer(Metadata metadata) {
        StringTable tokens = metadata.texts("tokenizer.ggml.tokens").orElseThrow();
        StringTable merges = metadata.texts("tokenizer.ggml.merges").orElseThrow();
        var json = JsonNodeFactory.instance.objectNode();
        var model = json.putObject("model").put("type", "BPE");
        json.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false).put("use_regex", true);
        json.putObject("decoder").put("type", "ByteLevel");
        var vocabulary = model.putObject("vocab");
        IntStream.range(0, tokens.size()).forEach(id -> vocabulary.put(tokens.text(id), id));
        var list = model.putArray("merges");
        IntStream.range(0, merges.size()).forEach(i -> list.add(merges.text(i)));
        return json.toString();
    }

    private static String filled(String template, Metadata metadata) {
        String filled = template;
        String prefix = metadata.requireText("general.architecture") + '.';
        for (String key : metadata.keys().stream().sorted((a, b) -> b.length() - a.length()).toList()) {
            if (key.startsWith(prefix)) {
                String value = switch (metadata.get(key).orElseThrow()) {
                    case Metadata.IntegerValue integer -> Long.toString(integer.value());
                    case Metadata.FloatValue number -> Double.toString(number.value());
                    default -> "null";
                };
                filled = filled.replace('$' + key.substring(prefix.length()), value);
            }
        }
        return filled;
    }

    private static void add(String line, GgufWeights gguf, Map<String, Values> tensors) {
        String[] words = line.split(" ");
        String form = words.length > 2 ? words[2] : "";
        for (String ending : line.contains("*") ? List.of("weight", "bias") : List.of("")) {
            for (int layer = 0; layer < (line.contains("#") ? gguf.metadata().requireInteger(key(gguf, "block_count"), 1, 100) : 1); layer++) {
                String number = Integer.toString(layer);
                List<String> from = names(words[0], number, ending);
                List<String> to = names(words[1], number, ending);
                if (gguf.tensors().containsKey(from.getFirst())) {
                    put(from.stream().map(gguf.tensors()::get).toList(), to, form, gguf, tensors);
                }
            }
        }
    }

    private static List<String> names(String pattern, String layer, String ending) {
        return Arrays.stream(pattern.split(",")).map(name -> name.replace("#", layer).replace("*", ending)).toList();
    }

    private static String key(GgufWeights gguf, String name) {
        return gguf.metadata().requireText("general.architecture") + '.' + name;
    }

    private static void put(List<Values> from, List<String> to, String form, GgufWeights gguf, Map<String, Values> tensors) {
        Values values = from.getFirst();
        int heads = gguf.metadata().requireInteger(key(gguf, "attention.head_count"), 1, 100);
        switch (form) {
            case "rotated" -> tensors.put(to.getFirst(), rotated(values, gguf.metadata().requireInteger(key(gguf, "rope.dimension_count"), 1, 100)));
            case "minus" -> tensors.put(to.getFirst(), minusOne(values));
            case "row" -> tensors.put(to.getFirst(), new Values(List.of(1L, values.shape().getFirst()), values.values()));
            case "transposed" -> tensors.put(to.getFirst(), transposed(values));
            case "byhead" -> tensors.put(to.getFirst(), byHead(values, heads));
            case "split" -> split(values, to, tensors);
            case "joined" -> tensors.put(to.getFirst(), joined(values, from.getLast()));
            default -> {
                if (to.getFirst().contains("@")) {
                    experts(values, to.getFirst(), tensors);
                } else {
                    tensors.put(to.getFirst(), values);
                }
            }
        }
    }

    private static int width(Values values) {
        return values.shape().size() == 1 ? 1 : values.shape().getLast().intValue();
    }

    private static Values rows(Values values, int[] order) {
        int width = width(values);
        float[] moved = new float[values.values().length];
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(values.values(), order[i] * width, moved, i * width, width);
        }
        return new Values(values.shape(), moved);
    }

    /** First all first halves of pairs, then all second ones. */
    private static Values rotated(Values values, int headDim) {
        int[] order = new int[values.values().length / width(values)];
        for (int i = 0; i < order.length; i++) {
            int within = i % headDim;
            order[i] = i - within + (within < headDim / 2 ? 2 * within : 2 * (within - headDim / 2) + 1);
        }
        return rows(values, order);
    }

    /** Queries, keys and values of the first head, then those of the next. */
    private static Values byHead(Values values, int heads) {
        int[] order = new int[values.values().length / width(values)];
        int headDim = order.length / 3 / heads;
        int at = 0;
        for (int head = 0; head < heads; head++) {
            for (int kind = 0; kind < 3; kind++) {
                for (int i = 0; i < headDim; i++) {
                    order[at++] = (kind * heads + head) * headDim + i;
                }
            }
        }
        return rows(values, order);
    }

    private static Values minusOne(Values values) {
        float[] less = values.values().clone();
        for (int i = 0; i < less.length; i++) {
            less[i] -= 1;
        }
        return new Values(values.shape(), less);
    }

    private static Values transposed(Values values) {
        if (values.shape().size() == 1) {
            return values;
        }
        int rows = values.shape().getFirst().intValue();
        int columns = width(values);
        float[] turned = new float[values.values().length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = values.values()[row * columns + column];
            }
        }
        return new Values(values.shape().reversed(), turned);
    }

    private static void split(Values values, List<String> to, Map<String, Values> tensors) {
        int part = values.values().length / to.size();
        var shape = new ArrayList<>(values.shape());
        shape.set(0, shape.getFirst() / to.size());
        for (int i = 0; i < to.size(); i++) {
            tensors.put(to.get(i), new Values(shape, Arrays.copyOfRange(values.values(), i * part, (i + 1) * part)));
        }
    }

    /** Of each expert, first the rows of the one, then those of the other. */
    private static Values joined(Values first, Values second) {
        int experts = first.shape().getFirst().intValue();
        int part = first.values().length / experts;
        float[] all = new float[2 * first.values().length];
        for (int i = 0; i < experts; i++) {
            System.arraycopy(first.values(), i * part, all, 2 * i * part, part);
            System.arraycopy(second.values(), i * part, all, (2 * i + 1) * part, part);
        }
        return new Values(List.of(first.shape().getFirst(), 2 * first.shape().get(1), first.shape().getLast()), all);
    }

    private static void experts(Values values, String to, Map<String, Values> tensors) {
        int experts = values.shape().getFirst().intValue();
        int part = values.values().length / experts;
        for (int i = 0; i < experts; i++) {
            tensors.put(to.replace("@", Integer.toString(i)), new Values(values.shape().subList(1, values.shape().size()),
                    Arrays.copyOfRange(values.values(), i * part, (i + 1) * part)));
        }
    }
}
