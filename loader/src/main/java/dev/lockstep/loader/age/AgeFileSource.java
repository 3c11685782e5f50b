package dev.lockstep.loader.age;

import dev.lockstep.loader.internal.OpenFile;
import java.io.IOException;
import java.nio.file.Path;

/** An encrypted file on disk, opened once, as a regular file. Whoever opens it closes it. */
public final class AgeFileSource implements AgeSource, AutoCloseable {
    private final OpenFile file;

    private AgeFileSource(OpenFile file) {
        this.file = file;
    }

    /** @throws IOException if it cannot be opened or is not a regular file (symbolic links are not followed) */
    public static AgeFileSource open(Path file) throws IOException {
        return new AgeFileSource(OpenFile.of(file));
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public long byteSize() {
        return file.byteSize();
    }

    @Override
    public void read(long position, byte[] target, int offset, int count) throws IOException {
        file.read(position, target, offset, count);
    }

    @Override
    public void close() {
        file.close();
    }
}
