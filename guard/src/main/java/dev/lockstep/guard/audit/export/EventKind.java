package dev.lockstep.guard.audit.export;

import dev.lockstep.guard.audit.AuditEventType;
import dev.lockstep.guard.audit.AuditRecord;
import java.util.Map;

/**
 * What others call an event.
 *
 * @param ocsfClass of OCSF 1.x
 * @param ocsfActivity in that class
 * @param ecsCategory one of ECS's categories
 * @param ecsType one of ECS's types
 */
record EventKind(int ocsfClass, int ocsfActivity, String ecsCategory, String ecsType) {
    static final int COMPLIANCE_FINDING = 2003;
    static final int DETECTION_FINDING = 2004;
    static final int AUTHENTICATION = 3002;
    static final int APPLICATION_LIFECYCLE = 6002;
    static final int API_ACTIVITY = 6003;

    private static final int OTHER = 99;
    private static final int START = 3;
    private static final int STOP = 4;
    private static final int CREATE = 1;
    private static final int READ = 2;
    private static final int UPDATE = 3;
    private static final int DELETE = 4;
    private static final int LOGON = 1;

    /** What a newer program has recorded. */
    private static final EventKind UNKNOWN = new EventKind(APPLICATION_LIFECYCLE, OTHER, "process", "info");

    private static final Map<AuditEventType, EventKind> KINDS = Map.ofEntries(
            Map.entry(AuditEventType.PROCESS_START, new EventKind(APPLICATION_LIFECYCLE, START, "process", "start")),
            Map.entry(AuditEventType.PROCESS_STOP, new EventKind(APPLICATION_LIFECYCLE, STOP, "process", "end")),
            Map.entry(AuditEventType.POSTURE_RESULT, new EventKind(COMPLIANCE_FINDING, CREATE, "host", "info")),
            Map.entry(AuditEventType.POLICY_LOAD, new EventKind(APPLICATION_LIFECYCLE, OTHER, "configuration", "access")),
            Map.entry(AuditEventType.POLICY_DECISION, new EventKind(API_ACTIVITY, OTHER, "iam", "info")),
            Map.entry(AuditEventType.KEY_LOAD, new EventKind(APPLICATION_LIFECYCLE, OTHER, "configuration", "access")),
            Map.entry(AuditEventType.MODEL_VERIFY, new EventKind(COMPLIANCE_FINDING, CREATE, "package", "info")),
            Map.entry(AuditEventType.MODEL_OPEN, new EventKind(APPLICATION_LIFECYCLE, START, "package", "start")),
            Map.entry(AuditEventType.MODEL_CLOSE, new EventKind(APPLICATION_LIFECYCLE, STOP, "package", "end")),
            Map.entry(AuditEventType.SESSION_OPEN, new EventKind(API_ACTIVITY, CREATE, "session", "start")),
            Map.entry(AuditEventType.SESSION_USE, new EventKind(API_ACTIVITY, READ, "session", "info")),
            Map.entry(AuditEventType.SESSION_SAVE, new EventKind(API_ACTIVITY, UPDATE, "session", "info")),
            Map.entry(AuditEventType.SESSION_CLOSE, new EventKind(API_ACTIVITY, DELETE, "session", "end")),
            Map.entry(AuditEventType.AUTHENTICATION, new EventKind(AUTHENTICATION, LOGON, "authentication", "start")),
            Map.entry(AuditEventType.LIMIT_HIT, new EventKind(DETECTION_FINDING, CREATE, "threat", "indicator")),
            Map.entry(AuditEventType.CONFIG_CHANGE, new EventKind(APPLICATION_LIFECYCLE, OTHER, "configuration", "change")),
            Map.entry(AuditEventType.LOG_GAP, new EventKind(DETECTION_FINDING, CREATE, "process", "error")),
            Map.entry(AuditEventType.LOG_ROTATE, new EventKind(APPLICATION_LIFECYCLE, OTHER, "process", "info")));

    static EventKind of(AuditRecord record) {
        for (var entry : KINDS.entrySet()) {
            if (entry.getKey().id().equals(record.event())) {
                return entry.getValue();
            }
        }
        return UNKNOWN;
    }
}
