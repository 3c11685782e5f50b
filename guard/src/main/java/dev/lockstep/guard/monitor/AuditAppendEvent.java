package dev.lockstep.guard.monitor;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A record was added to the audit log, and is on disk. */
@Name("dev.lockstep.AuditAppend")
@Label("Audit Append")
@Description("A record was added to the audit log, and is on disk.")
@Category("Lockstep")
@StackTrace(false)
final class AuditAppendEvent extends Event {
    @Label("Time")
    @Timespan
    long time;
}
