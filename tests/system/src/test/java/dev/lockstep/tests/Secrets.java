package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.testkit.Dumps;
import dev.lockstep.testkit.ProcessMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Pieces of what must not be left behind, by name, and the search for them. Each must be found while it is in use, or the search proves
 * nothing.
 */
final class Secrets {
    /** Twice the widest vector, see {@link MemoryHygieneTest}. */
    static final int FLOAT_BYTES = 128;
    static final int PATTERN_BYTES = 32;

    private static final int TENSOR_PATTERNS = 6;
    private static final String IDENTITY = "AGE-SECRET-KEY-1";

    private final Map<String, byte[]> patterns = new LinkedHashMap<>();

    void add(String name, byte[] pattern) {
        patterns.put(name, pattern);
    }

    List<String> names() {
        return List.copyOf(patterns.keySet());
    }

    List<String> namesThatBegin(String beginning) {
        return names().stream().filter(name -> name.startsWith(beginning)).toList();
    }

    /** The patterns with these names. */
    private List<byte[]> of(List<String> names) {
        assertThat(patterns.keySet()).containsAll(names);
        return names.stream().map(patterns::get).toList();
    }

    void assertFound(Process process, String... names) throws IOException {
        List<Integer> counts = ProcessMemory.of(process).count(of(List.of(names)));
        for (int i = 0; i < names.length; i++) {
            assertThat(counts.get(i)).as("%s while in use", names[i]).isPositive();
        }
    }

    void assertGone(Process process, List<String> names) throws IOException {
        assertNone(ProcessMemory.of(process).count(of(names)), names, "the process");
    }

    void assertGone(Process process) throws IOException {
        assertGone(process, names());
    }

    void assertNotIn(Path file) throws IOException {
        assertNone(Dumps.count(file, of(names())), names(), file.getFileName().toString());
    }

    void assertIn(Path file, String... names) throws IOException {
        assertThat(Dumps.count(file, of(List.of(names)))).as("%s in %s", List.of(names), file.getFileName()).doesNotContain(0);
    }

    private static void assertNone(List<Integer> counts, List<String> names, String place) {
        for (int i = 0; i < names.size(); i++) {
            assertThat(counts.get(i)).as("%s left in %s", names.get(i), place).isZero();
        }
    }

    /**
     * Pieces of the demo model's weights: as they lie in the file, as they lie in panels (computed here with the exact packer), and a
     * vector, which is stored as it is.
     */
    void addWeights(int panelRows) throws IOException {
        try (var checkpoint = CheckpointLoader.open(Models.demoFile(), Models.demoTrust()); var arena = Arena.ofConfined()) {
            MemorySegment file = arena.allocate(checkpoint.byteSize()).copyFrom(MemorySegment.ofArray(Files.readAllBytes(Models.demoFile())));
            List<TensorInfo> matrices = checkpoint.tensors().stream().filter(tensor -> tensor.shape().size() == 2).toList();
            for (int i = 0; i < TENSOR_PATTERNS; i++) {
                TensorInfo tensor = matrices.get(i * (matrices.size() - 1) / (TENSOR_PATTERNS - 1));
                add("raw " + i, pattern(file, tensor.byteOffset() + tensor.byteSize() / 2, PATTERN_BYTES));
                add("panel " + i, panelPattern(file, tensor, panelRows, arena));
            }
            add("vector", pattern(file, checkpoint.tensor("blk.3.ffn_norm.weight").orElseThrow().byteOffset(), FLOAT_BYTES));
        }
    }

    /** The secret of an identity file: as the file has it, and as it is. */
    void addIdentity(Path identityFile) throws IOException {
        String text = Files.readAllLines(identityFile).stream().filter(line -> line.startsWith(IDENTITY)).findFirst().orElseThrow();
        String symbols = text.substring(IDENTITY.length());
        add("key as text", Arrays.copyOf(symbols.getBytes(StandardCharsets.US_ASCII), PATTERN_BYTES));
        add("key", fromBech32(symbols.toLowerCase(Locale.ROOT)));
    }

    /** Five bits per symbol (BIP 173), the checksum left out. */
    private static byte[] fromBech32(String symbols) {
        byte[] secret = new byte[PATTERN_BYTES];
        for (int bit = 0; bit < secret.length * Byte.SIZE; bit++) {
            int symbol = "qpzry9x8gf2tvdw0s3jn54khce6mua7l".indexOf(symbols.charAt(bit / 5));
            secret[bit / Byte.SIZE] |= (byte) ((symbol >> 4 - bit % 5 & 1) << 7 - bit % Byte.SIZE);
        }
        return secret;
    }

    private static byte[] panelPattern(MemorySegment file, TensorInfo tensor, int panelRows, Arena arena) {
        var layout = new PanelLayout(tensor.type(), tensor.rows(), tensor.columns(), panelRows);
        MemorySegment panels = arena.allocate(layout.allocationBytes());
        long panel = layout.panels() / 2;
        long rows = tensor.byteOffset() + panel * panelRows * layout.rowBytes();
        layout.pack(panel, file.asSlice(rows, layout.rowsIn(panel) * layout.rowBytes()), panels, Arena.ofAuto().allocate(layout.scratchBytes()));
        // behind all scales, in the middle of the quants
        return pattern(panels, panel * layout.panelBytes() + layout.panelBytes() / 2, PATTERN_BYTES);
    }

    private static byte[] pattern(MemorySegment bytes, long offset, int count) {
        return bytes.asSlice(offset, count).toArray(ValueLayout.JAVA_BYTE);
    }
}
