package dev.lockstep.app;

import dev.lockstep.guard.audit.AuditRecord;
import dev.lockstep.guard.audit.AuditRecords;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which records of an audit log. */
final class AuditSelection {
    @Parameters(paramLabel = "FOLDER", description = "The audit log. It is not verified; see audit verify.")
    private Path folder;

    @Option(names = "--event", paramLabel = "EVENT", converter = TextConverter.class, description = "Only this event, such as policy.decision.")
    private String event;

    @Option(names = "--since", paramLabel = "TIME", description = "Only from this time on, such as 2026-11-27T12:00:00Z.")
    private Instant since = Instant.MIN;

    @Option(names = "--limit", paramLabel = "N", description = "Only the last N of them.")
    private Optional<Integer> limit = Optional.empty();

    /** Goes through them in their order. */
    void forEach(Consumer<AuditRecord> action) {
        var last = new ArrayDeque<AuditRecord>();
        try (AuditRecords records = AuditRecords.of(folder)) {
            for (Optional<AuditRecord> next = records.next(); next.isPresent(); next = records.next()) {
                AuditRecord record = next.get();
                if (event != null && !event.equals(record.event()) || record.time().isBefore(since)) {
                    continue;
                }
                if (limit.isEmpty()) {
                    action.accept(record);
                } else {
                    last.add(record);
                    if (last.size() > limit.get()) {
                        last.removeFirst();
                    }
                }
            }
        }
        last.forEach(action);
    }
}
