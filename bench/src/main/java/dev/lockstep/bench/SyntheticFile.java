package dev.lockstep.bench;

import dev.lockstep.app.synth.ModelShape;
import dev.lockstep.app.synth.SyntheticModel;
import dev.lockstep.loader.GgufWriter.Existing;
import dev.lockstep.quant.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A model of random weights in a temporary folder; as it was just written, it lies in the page cache where memory allows. Closing
 * deletes it; so does the end of the JVM, should a set-up fail.
 */
final class SyntheticFile implements AutoCloseable {
    private static final long SEED = 1;

    private final Path folder;

    private SyntheticFile(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes the file.
     *
     * @param shape name of a {@link ModelShape}
     */
    static SyntheticFile write(String shape, DType type) throws IOException {
        ModelShape known = ModelShape.of(shape).orElseThrow(() -> new IllegalArgumentException("shape=" + shape));
        var file = new SyntheticFile(Files.createTempDirectory("lockstep-bench"));
        // in reverse order
        for (Path path : new Path[] {file.folder, file.model(), file.encrypted(), file.signature()}) {
            path.toFile().deleteOnExit();
        }
        new SyntheticModel(known, type, SEED, known.contextLength()).write(file.model(), Existing.REFUSE, _ -> { });
        return file;
    }

    Path model() {
        return folder.resolve("synthetic.gguf");
    }

    /** Where it may lie encrypted; it does not at first. */
    Path encrypted() {
        return folder.resolve("synthetic.gguf.age");
    }

    /** Where a signature is looked for; there is none at first. */
    Path signature() {
        return folder.resolve("synthetic.gguf.sig");
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(model());
        Files.deleteIfExists(encrypted());
        Files.deleteIfExists(signature());
        Files.deleteIfExists(folder);
    }
}
