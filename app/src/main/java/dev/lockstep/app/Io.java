package dev.lockstep.app;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads and writes. Channels, not streams: text of prompts and answers moves between the terminal and secure
 * memory without a stop on the heap.
 *
 * @param in standard input
 * @param out results
 * @param err everything else
 * @param inIsTerminal a person would have to type
 * @param outIsTerminal a person reads along
 * @param guard who is asked before models are opened
 */
record Io(ReadableByteChannel in, WritableByteChannel out, PrintStream err, boolean inIsTerminal, boolean outIsTerminal, CommandGuard guard) {
    /** The process's own. */
    static Io ofProcess() {
        // The JDK tells only whether input and output both are a terminal; a pipe at either end counts as none.
        boolean terminal = System.console() != null && System.console().isTerminal();
        return new Io(new FileInputStream(FileDescriptor.in).getChannel(), new FileOutputStream(FileDescriptor.out).getChannel(),
                System.err, terminal, terminal, new CommandGuard(Endpoint.ofThisMachine()));
    }

    /** Writes all bytes of a segment. */
    void write(MemorySegment bytes) {
        write(bytes.asByteBuffer());
    }

    /** Writes a line of text that is no secret. */
    void println(String line) {
        write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private void write(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the result: " + e.getMessage(), e);
        }
    }
}
