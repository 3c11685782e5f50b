package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.internal.json.StrictJson;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;

/**
 * When a key or an authority is good: from the start to the end, both included, as protobuf-specs' {@code TimeRange} has it.
 *
 * @param end absent if it is not known yet
 */
record Validity(Instant start, Optional<Instant> end) {
    private static final Set<String> MEMBERS = Set.of("start", "end");

    /** Reads the member {@code validFor}. */
    static Validity parse(StrictJson owner) {
        StrictJson range = owner.object("validFor");
        range.allowOnly(MEMBERS);
        return new Validity(instant(range, "start", range.text("start")),
                range.optionalText("end").map(end -> instant(range, "end", end)));
    }

    private static Instant instant(StrictJson range, String member, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw range.fault("member \"" + member + "\" is not a time like 2026-11-26T12:00:00Z");
        }
    }

    boolean contains(Instant time) {
        return !time.isBefore(start) && (end.isEmpty() || !time.isAfter(end.get()));
    }

    @Override
    public String toString() {
        return end.map(last -> "from " + start + " to " + last).orElse("from " + start);
    }
}
