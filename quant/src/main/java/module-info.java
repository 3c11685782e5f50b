/** What bytes mean: tensor types, exact scalar codecs, panel layouts. The specification that kernels are tested against. */
module dev.lockstep.quant {
    requires transitive dev.lockstep.securemem;

    exports dev.lockstep.quant;
}
