package dev.lockstep.guard.internal.posture;

import java.util.Collections;
import java.util.List;
import java.util.StringTokenizer;

/** Lines of the kernel's tables, whose columns are aligned with any number of spaces and tabs. */
final class Words {
    private Words() {
    }

    static List<String> of(String line) {
        return Collections.list(new StringTokenizer(line, " \t")).stream().map(String.class::cast).toList();
    }
}
