package dev.lockstep.guard.audit.export;

import dev.lockstep.guard.audit.AuditRecord;
import java.util.function.Function;

/** A format for other systems. No line holds a control character or a mark that reorders text, whatever the record says. */
public enum ExportFormat {
    /** Open Cybersecurity Schema Framework 1.6, JSON. */
    OCSF(OcsfFormat::line),
    /** ArcSight Common Event Format, version 0. */
    CEF(CefFormat::line),
    /** Syslog, RFC 5424, with structured data. */
    SYSLOG(SyslogFormat::line),
    /** Elastic Common Schema 8, JSON. */
    ECS(EcsFormat::line);

    private final Function<AuditRecord, String> format;

    ExportFormat(Function<AuditRecord, String> format) {
        this.format = format;
    }

    /** The record, without a line feed. */
    public String line(AuditRecord record) {
        return format.apply(record);
    }
}
