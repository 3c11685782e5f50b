package dev.lockstep.guard.monitor;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Something was refused by a rule. */
@Name("dev.lockstep.Refusal")
@Label("Refusal")
@Description("Something was refused by a rule.")
@Category("Lockstep")
@StackTrace(false)
final class RefusalEvent extends Event {
    @Label("Rule")
    @Description("The name of the rule, as in policies and audit logs")
    String rule;
}
