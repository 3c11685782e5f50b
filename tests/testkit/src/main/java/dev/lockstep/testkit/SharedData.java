package dev.lockstep.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Test data of other owners, which lies beside the project and never inside of it.
 *
 * <p>The system property {@code lockstep.shared} or the environment variable {@code LOCKSTEP_SHARED} names the folder; a test
 * that needs it fails if it is named and not there. If neither is set, {@code ../shared} beside the project is used, and a test
 * that needs it is reported as skipped if there is no such folder.
 */
public final class SharedData {
    private static final JsonMapper JSON = new JsonMapper();

    private SharedData() {
    }

    /** The project's own root folder. */
    public static Path projectRoot() {
        String root = System.getProperty("lockstep.root");
        if (root == null) {
            throw new IllegalStateException("the system property lockstep.root is not set; run tests through Maven");
        }
        return Path.of(root);
    }

    /** A file or folder below the shared folder; skips or fails the test if the folder is not there. */
    public static Path path(String relative) {
        Optional<Path> named = named();
        Path folder = named.orElse(projectRoot().resolveSibling("shared"));
        if (named.isEmpty()) {
            Assumptions.assumeTrue(Files.isDirectory(folder),
                    "needs shared test data; set LOCKSTEP_SHARED to its folder (see CONTRIBUTING.md)");
        }
        Path path = folder.resolve(relative);
        if (!Files.exists(path)) {
            throw new IllegalStateException(path + " does not exist, although shared test data is there or was demanded");
        }
        return path;
    }

    /** True unless nothing was demanded and nothing is there: for test factories, which cannot be skipped half-way. */
    public static boolean isAvailable() {
        return named().isPresent() || Files.isDirectory(projectRoot().resolveSibling("shared"));
    }

    private static Optional<Path> named() {
        return Optional.ofNullable(System.getProperty("lockstep.shared")).filter(name -> !name.isBlank())
                .or(() -> Optional.ofNullable(System.getenv("LOCKSTEP_SHARED")).filter(name -> !name.isBlank()))
                .map(Path::of);
    }

    public static JsonNode json(Path file) {
        return JSON.readTree(file.toFile());
    }

    /** A file of little-endian float32 values. */
    public static float[] floats(Path file) {
        try {
            var values = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            float[] floats = new float[values.remaining()];
            values.get(floats);
            return floats;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A JSON array of integers. */
    public static int[] ints(JsonNode array) {
        int[] ints = new int[array.size()];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = array.get(i).asInt();
        }
        return ints;
    }
}
