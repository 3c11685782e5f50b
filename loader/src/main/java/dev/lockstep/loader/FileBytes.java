package dev.lockstep.loader;

import dev.lockstep.loader.age.AgeFileSource;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.AgeReader;
import dev.lockstep.loader.internal.PrivateCopy;
import dev.lockstep.loader.internal.VerifiedPages;
import dev.lockstep.loader.internal.WeightLoader;
import dev.lockstep.loader.signing.FileDigests;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.securemem.Hardening;
import dev.lockstep.securemem.Measure;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** The bytes of one file for each {@link Residency}. */
sealed interface FileBytes extends CheckpointBytes {
    /** Reads a file and hashes what it read. */
    static FileBytes read(Path file, HashPlan plan, Residency residency) throws IOException {
        return switch (residency) {
            case RESIDENT -> new Copied(PrivateCopy.of(file, plan));
            case MAPPED -> new Mapped(VerifiedPages.of(file, plan));
        };
    }

    /**
     * Decrypts a file into memory and hashes the plaintext.
     *
     * @param name of the plaintext
     */
    static FileBytes decrypt(Path file, String name, HashPlan plan, Residency residency, List<? extends AgeIdentity> identities)
            throws IOException {
        if (residency == Residency.MAPPED) {
            throw new IOException(file + " is encrypted, so its weights cannot stay in it; use the residency RESIDENT");
        }
        try (var source = AgeFileSource.open(file); var reader = AgeReader.open(source, identities)) {
            return new Copied(PrivateCopy.ofDecrypted(name, reader, plan));
        }
    }

    /** Digests of the very bytes that {@link #source} gives. */
    FileDigests digests();

    @Override
    default long fileBytes() {
        return source().byteSize();
    }

    /** A private copy. */
    record Copied(PrivateCopy source) implements FileBytes {
        @Override
        public Residency residency() {
            return Residency.RESIDENT;
        }

        /** They are woven where they lie. */
        @Override
        public long matrixBytes() {
            return fileBytes();
        }

        @Override
        public FileDigests digests() {
            return source.digests();
        }

        @Override
        public Weights loadWeights(List<TensorInfo> wanted, SecureArena arena, int panelRows, int threads, LongConsumer progress) {
            var loader = new WeightLoader(source, source, arena, panelRows);
            loader.load(wanted, threads);
            source.seal();
            return new Weights(loader.vectors(), loader.matrices(), this);
        }

        @Override
        public Zeroing zeroing() {
            return source.zeroing();
        }

        @Override
        public void close() {
            source.close();
        }
    }

    /** The file itself. */
    record Mapped(VerifiedPages source) implements FileBytes {
        @Override
        public Residency residency() {
            return Residency.MAPPED;
        }

        @Override
        public long matrixBytes() {
            return 0;
        }

        @Override
        public FileDigests digests() {
            return source.digests();
        }

        @Override
        public Weights loadWeights(List<TensorInfo> wanted, SecureArena arena, int panelRows, int threads, LongConsumer progress) {
            Hardening.forgo(Measure.SEALED, "weights that stay in their file are read through memory that is written to again and again");
            var vectors = new HashMap<String, MemorySegment>();
            Map<String, PagedMatrix> matrices = new HashMap<>();
            for (TensorInfo tensor : wanted) {
                if (tensor.shape().size() == 1) {
                    vectors.put(tensor.name(), WeightLoader.vector(tensor, source, arena));
                } else {
                    var layout = new PanelLayout(tensor.type(), tensor.rows(), tensor.columns(), panelRows);
                    matrices.put(tensor.name(), new PagedMatrix(layout, source, tensor.byteOffset()));
                }
            }
            return new Weights(vectors, matrices, this);
        }

        @Override
        public Zeroing zeroing() {
            return Zeroing.NONE;
        }

        @Override
        public void close() {
            source.close();
        }
    }
}
