package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** Opens every jar that the launcher puts on the module path: none carries a native library. */
class NoNativeCodeTest {
    private static final List<String> NATIVE_ENDINGS = List.of(".so", ".dll", ".dylib", ".jnilib", ".a", ".lib", ".exe");

    /** What machine code for the three systems begins with: an ending can lie. */
    private static final List<byte[]> NATIVE_MAGIC = List.of(
            new byte[] {0x7F, 'E', 'L', 'F'}, new byte[] {'M', 'Z'},
            new byte[] {(byte) 0xCF, (byte) 0xFA, (byte) 0xED, (byte) 0xFE}, new byte[] {(byte) 0xFE, (byte) 0xED, (byte) 0xFA});

    @Test
    void noRuntimeJarCarriesANativeLibrary() throws IOException {
        List<Path> jars = runtimeJars();
        assertThat(jars).hasSizeGreaterThan(6);
        List<String> found = new ArrayList<>();
        for (Path jar : jars) {
            try (var open = new JarFile(jar.toFile())) {
                for (var entry : open.stream().filter(e -> !e.isDirectory()).toList()) {
                    try (var bytes = open.getInputStream(entry)) {
                        if (isNative(entry.getName(), bytes.readNBytes(4))) {
                            found.add(jar.getFileName() + "!" + entry.getName());
                        }
                    }
                }
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void theDetectorKnowsALibraryWhenItSeesOne() {
        assertThat(isNative("linux/libfoo.so", new byte[4])).isTrue();
        assertThat(isNative("resource.bin", new byte[] {0x7F, 'E', 'L', 'F'})).isTrue();
        assertThat(isNative("Foo.class", new byte[] {(byte) 0xCA, (byte) 0xFE, (byte) 0xBA, (byte) 0xBE})).isFalse();
    }

    private static List<Path> runtimeJars() throws IOException {
        Path target = SharedData.projectRoot().resolve("app/target");
        List<Path> jars = new ArrayList<>(List.of(target.resolve("lockstep-app.jar")));
        try (var files = Files.list(target.resolve("lib"))) {
            jars.addAll(files.toList());
        }
        return jars;
    }

    private static boolean isNative(String name, byte[] start) {
        String lower = name.toLowerCase(Locale.ROOT);
        return NATIVE_ENDINGS.stream().anyMatch(lower::endsWith) || NATIVE_MAGIC.stream().anyMatch(magic -> startsWith(start, magic));
    }

    private static boolean startsWith(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }
}
