package dev.lockstep.guard.audit.export;

import dev.lockstep.guard.audit.AuditRecord;

/** Syslog as RFC 5424 has it: no message, all fields as structured data. */
final class SyslogFormat {
    /** Log audit. */
    private static final int FACILITY = 13;
    private static final int SEVERITIES = 8;

    /** RFC 5612: the enterprise number of examples; replace it where a registered one is needed. */
    private static final String DATA_ID = "lockstep@32473";

    private static final int MAX_HOST = 255;
    private static final int MAX_MESSAGE_ID = 32;
    private static final int MAX_NAME = 32;

    /** RFC 5424 has microseconds at most. */
    private static final int TIME_CHARS = "2026-11-27T12:00:00.000000".length();

    private SyslogFormat() {
    }

    static String line(AuditRecord record) {
        EventFacts facts = EventFacts.of(record);
        var line = new StringBuilder();
        line.append('<').append(FACILITY * SEVERITIES + facts.severity().syslog).append(">1 ");
        line.append(record.timeText(), 0, TIME_CHARS).append("Z ");
        line.append(token(record.device(), MAX_HOST)).append(' ').append(Product.NAME).append(' ').append(record.pid()).append(' ');
        line.append(token(record.event(), MAX_MESSAGE_ID)).append(" [").append(DATA_ID);
        line.append(" seq=\"").append(record.seq()).append('"');
        line.append(" outcome=\"").append(facts.outcome().id()).append('"');
        facts.fields().forEach((name, value) -> line.append(" f.").append(token(name, MAX_NAME - 2)).append("=\"").append(value(value.toString()))
                .append('"'));
        return line.append(']').toString();
    }

    /** Printable ASCII without what ends a name; a dash for nothing. */
    private static String token(String text, int maxLength) {
        var token = new StringBuilder();
        text.chars().limit(maxLength).forEach(c -> token.append(c > ' ' && c < 127 && c != '=' && c != ']' && c != '"' ? (char) c : '_'));
        return token.isEmpty() ? "-" : token.toString();
    }

    private static String value(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("]", "\\]");
    }
}
