/** Files in, verified weights out: container formats, model signatures, panels in secure memory. */
module dev.lockstep.loader {
    requires transitive dev.lockstep.quant;
    requires tools.jackson.databind;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;

    exports dev.lockstep.loader;
    exports dev.lockstep.loader.age;
    exports dev.lockstep.loader.signing;
    exports dev.lockstep.loader.trust;
}
