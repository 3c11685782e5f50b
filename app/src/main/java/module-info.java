/** The command line: one class per command, nothing that a library user would miss. */
// Charts and their canvas have fixed names but no descriptors yet.
@SuppressWarnings("requires-automatic")
module dev.lockstep.app {
    requires dev.lockstep.models;
    requires info.picocli;
    requires java.desktop;
    requires jdk.management;
    requires org.apache.xmlgraphics.batik.svggen;
    requires org.knowm.xchart;
    requires tools.jackson.databind;

    // picocli reads and sets annotated fields
    opens dev.lockstep.app to info.picocli;
}
