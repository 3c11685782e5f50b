package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.UnseenException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a look came to.
 *
 * @param evidence what was seen and where: one line, without what could move a cursor
 */
public record Finding(CheckStatus status, String evidence) {
    /** A line that a person still reads; file and device names can be long. In characters. */
    static final int MAX_EVIDENCE = 400;
    private static final int MAX_NAME = 120;

    /** A look at a part of what a check is about. */
    @FunctionalInterface
    interface Look {
        Finding look() throws UnseenException;
    }

    public Finding {
        evidence = line(evidence);
    }

    static Finding pass(String evidence) {
        return new Finding(CheckStatus.PASS, evidence);
    }

    static Finding fail(String evidence) {
        return new Finding(CheckStatus.FAIL, evidence);
    }

    static Finding unknown(String evidence) {
        return new Finding(CheckStatus.UNKNOWN, evidence);
    }

    static Finding of(boolean isWell, String evidence) {
        return isWell ? pass(evidence) : fail(evidence);
    }

    /** What cannot be seen is unknown, and does not hide what is seen elsewhere. */
    static Finding of(Look look) {
        try {
            return look.look();
        } catch (UnseenException e) {
            return unknown(e.getMessage());
        }
    }

    /** One that fails decides; then one that is unknown; all must pass. The evidence is of those that decide, each once. */
    static Finding worst(List<Finding> findings) {
        CheckStatus status = statusOf(findings);
        return new Finding(status, findings.stream().filter(each -> each.status == status).map(Finding::evidence).distinct()
                .collect(Collectors.joining("; ")));
    }

    private static CheckStatus statusOf(List<Finding> findings) {
        if (findings.stream().anyMatch(each -> each.status == CheckStatus.FAIL)) {
            return CheckStatus.FAIL;
        }
        boolean isWell = findings.stream().allMatch(each -> each.status == CheckStatus.PASS);
        return isWell ? CheckStatus.PASS : CheckStatus.UNKNOWN;
    }

    /** The same that, if all is well, says so in other words. */
    Finding passing(String inShort) {
        return status == CheckStatus.PASS ? pass(inShort) : this;
    }

    /** The same with what it is about; a long name must not crowd out the rest. */
    Finding about(String what) {
        return new Finding(status, (what.length() <= MAX_NAME ? what : what.substring(0, MAX_NAME) + "...") + ": " + evidence);
    }

    private static String line(String text) {
        var line = new StringBuilder();
        text.codePoints().limit(MAX_EVIDENCE).map(Finding::printable).forEach(line::appendCodePoint);
        return line.length() < text.length() && line.codePointCount(0, line.length()) == MAX_EVIDENCE ? line + "..." : line.toString();
    }

    private static int printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> '?';
            default -> c;
        };
    }
}
