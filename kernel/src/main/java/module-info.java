/** How fast: the operators of a transformer. The only module that knows {@code jdk.incubator.vector}. */
module dev.lockstep.kernel {
    requires transitive dev.lockstep.quant;
    requires jdk.incubator.vector;
    requires jdk.management;

    exports dev.lockstep.kernel;
}
