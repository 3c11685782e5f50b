/** May a model be used here, now, by whom and for which data; and the record of it. */
module dev.lockstep.guard {
    requires transitive dev.lockstep.loader;
    requires tools.jackson.databind;
    requires jdk.jfr;
    requires jdk.management;

    exports dev.lockstep.guard;
    exports dev.lockstep.guard.audit;
    exports dev.lockstep.guard.audit.export;
    exports dev.lockstep.guard.device;
    exports dev.lockstep.guard.monitor;
    exports dev.lockstep.guard.policy;
    exports dev.lockstep.guard.posture;
}
