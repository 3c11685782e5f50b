package dev.lockstep.loader.internal;

/** Waiting for threads that use memory of the caller's: nothing may cut that short, and an interrupt stays pending. */
public final class Waiting {
    private Waiting() {
    }

    /** Returns when all threads have ended. */
    public static void forEndOf(Iterable<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
