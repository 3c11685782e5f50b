package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.PostureScope;
import dev.lockstep.guard.posture.UnseenException;
import java.util.List;

/**
 * A look at what a command of the system says.
 *
 * @param command absolute path of the program, and its arguments
 * @param well a line that is one of these, whole, or begins with one and a space, is as it should be
 * @param bad the same for what should not be
 */
record CommandLook(List<String> command, List<String> well, List<String> bad) implements Check.Look {
    @Override
    public Finding look(DeviceView device, PostureScope scope) throws UnseenException {
        String output = device.output(command);
        List<String> lines = output.lines().map(CommandLook::single).filter(each -> !each.isEmpty()).toList();
        String evidence = command.getFirst() + ": " + (lines.isEmpty() ? "no output" : String.join(" / ", lines));
        if (says(lines, bad)) {
            return Finding.fail(evidence);
        }
        return says(lines, well) ? Finding.pass(evidence) : Finding.unknown(evidence);
    }

    /** Columns are aligned with any number of spaces. */
    private static String single(String line) {
        return String.join(" ", Words.of(line));
    }

    private static boolean says(List<String> lines, List<String> texts) {
        return lines.stream().anyMatch(line -> texts.stream().anyMatch(text -> line.equals(text) || line.startsWith(text + ' ')));
    }
}
