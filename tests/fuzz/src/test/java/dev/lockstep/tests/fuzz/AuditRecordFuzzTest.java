package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.guard.audit.AuditException;
import dev.lockstep.guard.audit.AuditRecord;
import dev.lockstep.guard.audit.export.ExportFormat;
import java.util.Set;

/** Any bytes as a line of an audit log. What is read has one form, and no export of it breaks a line. */
class AuditRecordFuzzTest {
    @FuzzTest
    void readsOrRefuses(byte[] line) throws Exception {
        check(line);
    }

    /** True if the bytes are a record. */
    static boolean check(byte[] line) throws Exception {
        return Parsing.accepts(line.length, Set.of(AuditException.class), () -> {
            AuditRecord record = AuditRecord.parse(line, "fuzz.jsonl");
            assertThat(record.line()).isEqualTo(line);
            for (ExportFormat format : ExportFormat.values()) {
                Parsing.requirePrintable(format.line(record));
            }
        });
    }
}
