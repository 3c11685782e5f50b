package dev.lockstep.guard.monitor;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The device was looked at. */
@Name("dev.lockstep.Posture")
@Label("Posture")
@Description("The device was looked at.")
@Category("Lockstep")
@StackTrace(false)
final class PostureEvent extends Event {
    @Label("Fails")
    @Description("Checks that failed")
    long fails;

    @Label("Unknowns")
    @Description("Checks that could not tell")
    long unknowns;

    @Label("Time")
    @Timespan
    long time;
}
