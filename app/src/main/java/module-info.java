/** The command line: one class per command, nothing that a library user would miss. */
// Charts and their canvas have fixed names but no descriptors yet.
@SuppressWarnings("requires-automatic")
module dev.lockstep.app {
    requires dev.lockstep.guard;
    requires dev.lockstep.models;
    requires info.picocli;
    requires java.desktop;
    requires jdk.management;
    // JLine looks it up by name, for signals
    requires jdk.unsupported;
    requires org.jline.reader;
    requires org.jline.terminal;
    requires org.apache.xmlgraphics.batik.svggen;
    requires org.knowm.xchart;
    requires tools.jackson.databind;

    // picocli reads and sets annotated fields
    opens dev.lockstep.app to info.picocli;
}
