package dev.lockstep.securemem;

import java.util.Collection;
import java.util.List;

/** Steps that must all be taken, whatever becomes of the others: one thing that cannot be wiped is no reason to leave the rest. */
public final class Closing {
    private Closing() {
    }

    /** Takes all steps in order. The first failure is thrown at the end; what failed after it is suppressed in it. */
    public static void all(Runnable... steps) {
        all(List.of(steps));
    }

    /** The same. */
    public static void all(Collection<? extends Runnable> steps) {
        Throwable first = null;
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        switch (first) {
            case null -> { }
            case Error e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new IllegalStateException(first);
        }
    }

    /** Takes all steps since something failed; what fails of them is suppressed in that, which the caller throws. */
    public static void after(Throwable failure, Runnable... steps) {
        try {
            all(steps);
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }
}
