package dev.lockstep.guard.monitor;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Memory was overwritten with zeros. */
@Name("dev.lockstep.Wipe")
@Label("Wipe")
@Description("Memory was overwritten with zeros.")
@Category("Lockstep")
@StackTrace(false)
final class WipeEvent extends Event {
    @Label("Bytes")
    @DataAmount
    long bytes;
}
