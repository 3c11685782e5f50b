package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.UnseenException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the kernel says of a process or a thread: {@code /proc/PID/status}. */
public final class ProcessStatus {
    static final String OWN = "/proc/self/status";

    private final String file;
    private final Map<String, String> values;

    private ProcessStatus(String file, Map<String, String> values) {
        this.file = file;
        this.values = values;
    }

    /** That of this process. */
    public static ProcessStatus own(DeviceView device) throws UnseenException {
        return parse(OWN, device.text(OWN));
    }

    /** @throws UnseenException if a line has no name, or two have the same: a process chooses some of the values, none of the lines */
    public static ProcessStatus parse(String file, String text) throws UnseenException {
        var values = new HashMap<String, String>();
        for (String line : text.split("\n")) {
            int colon = line.indexOf(':');
            if (colon <= 0 || values.put(line.substring(0, colon), line.substring(colon + 1).strip()) != null) {
                throw new UnseenException(file + " is malformed");
            }
        }
        return new ProcessStatus(file, values);
    }

    /** A value; older kernels have fewer of them. */
    public Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** All numbers of a value. */
    public List<Long> numbers(String name, int radix) throws UnseenException {
        String text = value(name).orElseThrow(() -> new UnseenException(file + " has no " + name));
        try {
            return Words.of(text).stream().map(each -> Long.parseUnsignedLong(each, radix)).toList();
        } catch (NumberFormatException e) {
            throw new UnseenException(name + " in " + file + " is no number", e);
        }
    }

    long number(String name, int radix) throws UnseenException {
        List<Long> numbers = numbers(name, radix);
        if (numbers.size() != 1) {
            throw new UnseenException(name + " in " + file + " is not one number");
        }
        return numbers.getFirst();
    }
}
