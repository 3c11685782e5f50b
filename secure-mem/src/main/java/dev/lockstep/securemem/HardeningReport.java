package dev.lockstep.securemem;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What hardening has reached so far.
 *
 * @param isOn false if it was not asked for, or could not be had at all
 * @param hardenedBytes bytes handed out since it is on, freed ones included
 * @param missing what could not be had, and why; empty if everything was
 */
public record HardeningReport(boolean isOn, long hardenedBytes, Map<Measure, String> missing) {
    public HardeningReport {
        var copy = new EnumMap<Measure, String>(Measure.class);
        copy.putAll(missing);
        missing = copy;
    }

    /** What there is to say of memory that is not as hard as it could be, as sentences for people; empty if it is. */
    public List<String> problems() {
        if (!isOn && missing.isEmpty()) {
            return List.of("hardened memory was not asked for (--harden)");
        }
        return missing.entrySet().stream().map(each -> "not hardened (" + each.getKey().description() + "): " + each.getValue()).toList();
    }

    /** A copy. */
    @Override
    public Map<Measure, String> missing() {
        return new EnumMap<>(missing);
    }
}
