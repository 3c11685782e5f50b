package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.Waiting;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Runs jHDF on a thread of its own. It follows trees, continued headers and nested types by recursion, as deep as a file says within the
 * limits of {@link BoundedStorage}; the stack has room for that, whoever calls.
 */
final class StructureThread {
    /** A type nested in every eight bytes of a message of 64 KiB, or a tree of one branch, each with frames of under 1 KiB. */
    private static final long STACK_BYTES = 32L << 20;

    private StructureThread() {
    }

    /**
     * Runs something to its end.
     *
     * @param file its name, for messages
     * @throws ModelFormatException if it throws an exception, or its stack overflows after all
     */
    static <T> T run(String file, Supplier<T> structure) {
        var task = new FutureTask<T>(structure::get);
        Thread thread = Thread.ofPlatform().daemon().name("lockstep-hdf5").stackSize(STACK_BYTES).start(task);
        Waiting.forEndOf(List.of(thread));
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error && !(error instanceof StackOverflowError)) {
                throw error;
            }
            throw Malformed.of(file, ModelFormatException.NO_OFFSET, "", e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException("the thread has ended", e);
        }
    }
}
