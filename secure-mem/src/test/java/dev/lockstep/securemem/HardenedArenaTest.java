package dev.lockstep.securemem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All that holds for memory as Java gives it, and what the kernel says about the protection of it. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "hardened memory needs Linux")
class HardenedArenaTest extends SecureArenaTest {
    @BeforeEach
    void harden() {
        assertThat(Hardening.enable(Set.of()).isOn()).isTrue();
    }

    @AfterEach
    void soften() {
        Hardening.disable();
    }

    @Test
    void theKernelConfirmsWhatTheReportSays() throws IOException {
        try (var arena = SecureArena.open("test")) {
            MemorySegment segment = arena.allocate(10_000);
            List<String> flags = flagsOf(segment);
            var missing = Hardening.report().missing();
            assertThat(flags).contains("rd", "wr");
            assertThat(flags.contains("lo")).isEqualTo(!missing.containsKey(Measure.LOCKED));
            assertThat(flags.contains("dd")).isEqualTo(!missing.containsKey(Measure.NOT_DUMPED));
            assertThat(flags.contains("wf")).isEqualTo(!missing.containsKey(Measure.WIPED_ON_FORK));
            assertThat(missing).doesNotContainKeys(Measure.NOT_DUMPED, Measure.WIPED_ON_FORK, Measure.GUARD_PAGES, Measure.SEALED);
            assertThat(Hardening.report().hardenedBytes()).isEqualTo(10_000);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 64", "64, 64", "4096, 64", "4000, 64", "100, 4096", "100000, 16384"})
    void guardsLieOnBothSidesAndTheDataEndsAtTheSecond(long byteSize, long byteAlignment) throws IOException {
        try (var arena = SecureArena.open("test")) {
            MemorySegment segment = arena.allocate(byteSize, byteAlignment);
            long[] region = regionOf(segment.address());
            assertThat(protectionOf(region[0] - 1)).isEqualTo("---p");
            assertThat(protectionOf(region[1])).isEqualTo("---p");
            assertThat(region[1] - (segment.address() + byteSize)).isBetween(0L, byteAlignment - 1);
            assertThat(segment.address() - region[0]).isGreaterThanOrEqualTo(Canary.BYTES);
        }
    }

    @Test
    void sealedMemoryIsReadOnlyAndWipedAllTheSame() throws IOException {
        var arena = SecureArena.open("test", segment -> assertThat(isZero(segment)).isTrue());
        MemorySegment segment = arena.allocate(5000).fill((byte) 7);
        arena.seal();
        assertThat(protectionOf(segment.address())).isEqualTo("r--p");
        arena.close();
        assertThat(arena.zeroing().bytes()).isEqualTo(5000);
    }

    @Test
    void freedMemoryIsUnmapped() throws IOException {
        var arena = SecureArena.open("test");
        long address = arena.allocate(1 << 20).address();
        arena.close();
        assertThat(protectionOf(address)).isIn("", "---p");
    }

    private static boolean isZero(MemorySegment segment) {
        return segment.mismatch(MemorySegment.ofArray(new byte[(int) segment.byteSize()])) == -1;
    }

    private static List<String> flagsOf(MemorySegment segment) throws IOException {
        boolean found = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                found = isIn(segment.address(), line);
            } else if (found && line.startsWith("VmFlags:")) {
                return List.of(line.substring("VmFlags:".length()).strip().split(" "));
            }
        }
        throw new IllegalStateException("not mapped");
    }

    private static String protectionOf(long address) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream().filter(line -> isIn(address, line)).findFirst()
                .map(line -> line.split(" ")[1]).orElse("");
    }

    private static long[] regionOf(long address) throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/maps")).stream().filter(each -> isIn(address, each)).findFirst().orElseThrow();
        return bounds(line);
    }

    private static boolean isIn(long address, String line) {
        long[] bounds = bounds(line);
        return address >= bounds[0] && address < bounds[1];
    }

    private static long[] bounds(String line) {
        String[] bounds = line.split(" ")[0].split("-");
        return new long[] {Long.parseUnsignedLong(bounds[0], 16), Long.parseUnsignedLong(bounds[1], 16)};
    }
}
