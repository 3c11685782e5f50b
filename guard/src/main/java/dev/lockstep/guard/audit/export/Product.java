package dev.lockstep.guard.audit.export;

/** Who speaks. */
final class Product {
    static final String VENDOR = "Lockstep";
    static final String NAME = "lockstep";

    private Product() {
    }

    /** As the module's descriptor says. */
    static String version() {
        var descriptor = Product.class.getModule().getDescriptor();
        return descriptor == null ? "0" : descriptor.rawVersion().orElse("0");
    }
}
