package dev.lockstep.securemem;

import java.util.EnumMap;
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

    /** A copy. */
    @Override
    public Map<Measure, String> missing() {
        return new EnumMap<>(missing);
    }
}
