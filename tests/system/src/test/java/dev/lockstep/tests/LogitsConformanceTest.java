package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.models.Model;
import dev.lockstep.models.Session;
import dev.lockstep.quant.DType;
import dev.lockstep.testkit.SharedData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;

/**
 * Logits of real and random checkpoints against independent reference implementations, within the tolerance that each folder
 * states. Runs once per vector width, see the module's pom.
 */
@Tag("widths")
class LogitsConformanceTest {
    static final List<String> CHECKPOINTS = List.of("stories260K", "andersen", "llama", "llama3-tied", "llama-headdim");

    /** A model file, the tokens to score, and what must come out. */
    private record Case(String name, Path file, int[] tokens, float[] expected, double tolerance, int[] greedy, int greedySteps) { }

    private static Stream<Case> cases(String checkpoint) {
        return switch (checkpoint) {
            case "stories260K" -> Stream.of(stories());
            case "andersen" -> Stream.of(andersen());
            default -> architecture(SharedData.path("checkpoints/arch/" + checkpoint));
        };
    }

    private static Case stories() {
        Path folder = SharedData.path("checkpoints/stories260K");
        JsonNode logits = SharedData.json(folder.resolve("golden.json")).get("logits");
        return new Case("stories260K", folder.resolve("stories260K-f32.gguf"), SharedData.ints(logits.get("input_ids")),
                SharedData.floats(folder.resolve(logits.get("file").asString())), logits.get("tolerance_max_abs").asDouble(),
                new int[0], 0);
    }

    private static Case andersen() {
        Path folder = SharedData.path("checkpoints/andersen");
        JsonNode reference = SharedData.json(folder.resolve("reference.json"));
        // the README states 1e-3 for F32
        return new Case("andersen", folder.resolve("andersen-5m-f32.gguf"), SharedData.ints(reference.get("tokens")),
                SharedData.floats(folder.resolve("logits.f32")), 1e-3, new int[0], 0);
    }

    private static Stream<Case> architecture(Path folder) {
        JsonNode reference = SharedData.json(folder.resolve("reference.json"));
        int[] tokens = SharedData.ints(reference.get("tokens"));
        List<Case> cases = new ArrayList<>();
        cases.add(new Case(folder.getFileName() + "/F32", folder.resolve(reference.get("file").asString()), tokens,
                SharedData.floats(folder.resolve(reference.get("logits").asString())), 1e-3,
                SharedData.ints(reference.get("greedy")), reference.get("greedy").size()));
        for (JsonNode variant : reference.get("variants")) {
            if (isComputable(variant)) {
                cases.add(new Case(folder.getFileName() + "/" + variant.get("type").asString(),
                        folder.resolve(variant.get("file").asString()), tokens,
                        SharedData.floats(folder.resolve(variant.get("logits").asString())),
                        variant.get("tolerance").get("fp32_activations_max_abs_diff").asDouble(),
                        SharedData.ints(variant.get("greedy")), variant.get("greedy_comparable_steps_fp32").asInt()));
            }
        }
        return cases.stream();
    }

    private static boolean isComputable(JsonNode variant) {
        return variant.get("tensor_types").propertyNames().stream().allMatch(type -> DType.valueOf(type).isComputable());
    }

    @ParameterizedTest
    @FieldSource("CHECKPOINTS")
    void logitsAreWithinTheStatedTolerance(String checkpoint) {
        cases(checkpoint).forEach(c -> {
            try (Model model = Models.unsigned(c.file(), 2); Session session = model.newSession()) {
                float[] actual = Models.logits(session, c.tokens());
                assertThat(actual).hasSameSizeAs(c.expected());
                assertThat(largestDifference(actual, c.expected())).as(c.name()).isLessThanOrEqualTo(c.tolerance());
            }
        });
    }

    @ParameterizedTest
    @FieldSource("CHECKPOINTS")
    void greedyContinuationsAreTheRecordedOnes(String checkpoint) {
        cases(checkpoint).filter(c -> c.greedySteps() > 0).forEach(c -> {
            try (Model model = Models.unsigned(c.file(), 2); Session session = model.newSession()) {
                assertThat(Models.greedy(session, c.tokens(), c.greedySteps())).as(c.name())
                        .isEqualTo(Arrays.copyOf(c.greedy(), c.greedySteps()));
            }
        });
    }

    @ParameterizedTest
    @FieldSource("CHECKPOINTS")
    void threadsAndBatchesDoNotChangeABit(String checkpoint) {
        cases(checkpoint).forEach(c -> {
            float[] expected = logits(c, 1, c.tokens().length);
            assertThat(logits(c, 2, c.tokens().length)).as("%s, 2 threads", c.name()).isEqualTo(expected);
            assertThat(logits(c, 3, c.tokens().length)).as("%s, 3 threads", c.name()).isEqualTo(expected);
            assertThat(logits(c, 2, 1)).as("%s, token by token", c.name()).isEqualTo(expected);
            assertThat(logits(c, 1, 7)).as("%s, batches of 7", c.name()).isEqualTo(expected);
        });
    }

    @Test
    void theWidthIsTheOneThatWasAskedFor() {
        String forced = System.getProperty(KernelSelection.BITS_PROPERTY);
        if (forced == null) {
            assertThat(KernelSelection.current().provider()).isEqualTo("vector");
        } else {
            assertThat(KernelSelection.current().vectorBits()).isEqualTo(Integer.parseInt(forced));
        }
    }

    private static float[] logits(Case c, int threads, int batch) {
        try (Model model = Models.unsigned(c.file(), threads); Session session = model.newSession()) {
            float[] all = new float[c.expected().length];
            int vocabulary = all.length / c.tokens().length;
            for (int from = 0; from < c.tokens().length; from += batch) {
                int to = Math.min(from + batch, c.tokens().length);
                float[] part = Models.logits(session, Arrays.copyOfRange(c.tokens(), from, to));
                System.arraycopy(part, 0, all, from * vocabulary, part.length);
            }
            return all;
        }
    }

    private static double largestDifference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = Math.abs((double) a[i] - b[i]);
            // a NaN must not hide: Math.max keeps it
            largest = Math.max(largest, difference);
        }
        return largest;
    }
}
