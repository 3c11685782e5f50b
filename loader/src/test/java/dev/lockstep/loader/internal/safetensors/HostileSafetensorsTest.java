package dev.lockstep.loader.internal.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.PrivateCopy;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.loader.signing.SharedFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Files that each break one rule of the format, and some that break none. */
class HostileSafetensorsTest {
    private record Case(Path file, boolean accept) {
        @Override
        public String toString() {
            return file.getFileName().toString();
        }
    }

    static Stream<Case> cases() throws IOException {
        Path folder = SharedFolder.resolve("vectors/safetensors-hostile");
        JsonNode index = new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("cases.json")));
        return index.get("cases").valueStream().map(each -> new Case(folder.resolve(each.get("file").asString()),
                each.get("expected").asString().equals("accept")));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isJudgedByTheWrittenRules(Case file) throws IOException {
        try (var copy = PrivateCopy.of(file.file, HashPlan.SHA_256)) {
            if (file.accept) {
                SafetensorsReader.read(copy).forEach(tensor -> assertThat(tensor.file()).isEqualTo(file.toString()));
            } else {
                assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> SafetensorsReader.read(copy))
                        .withMessageStartingWith(file.toString());
            }
        }
    }

    @Test
    void theFolderHoldsGoodFilesToo() throws IOException {
        assertThat(cases().filter(Case::accept)).hasSizeGreaterThan(3);
        assertThat(cases().filter(file -> !file.accept())).hasSizeGreaterThan(30);
    }

    @Test
    void metadataIsBounded() {
        byte[] header = IntStream.rangeClosed(0, LoadLimits.MAX_METADATA_ENTRIES).mapToObj(i -> "\"" + i + "\":\"\"")
                .collect(Collectors.joining(",", "{\"__metadata__\":{", "}}")).getBytes(StandardCharsets.UTF_8);
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> HeaderParser.parse(header, "x.safetensors", Long.BYTES))
                .withMessageContaining("__metadata__: has more than " + LoadLimits.MAX_METADATA_ENTRIES + " entries");
    }

    @Test
    void tensorsAreThoseOfTheHeader() throws IOException {
        Path file = SharedFolder.resolve("vectors/safetensors-hostile/accept-basic.safetensors");
        try (var copy = PrivateCopy.of(file, HashPlan.SHA_256)) {
            var tensors = SafetensorsReader.read(copy);
            assertThat(tensors).extracting(tensor -> tensor.name() + ' ' + tensor.type() + ' ' + tensor.shape() + ' ' + tensor.byteSize())
                    .containsExactly("a F32 [2, 2] 16", "b I32 [3] 12");
            assertThat(List.of(tensors.getFirst().file())).containsExactly("accept-basic.safetensors");
        }
    }
}
