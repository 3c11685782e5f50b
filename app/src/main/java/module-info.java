/** The command line: one class per command, nothing that a library user would miss. */
module dev.lockstep.app {
    requires dev.lockstep.models;
    requires info.picocli;
    requires jdk.management;
    requires tools.jackson.databind;

    // picocli reads and sets annotated fields
    opens dev.lockstep.app to info.picocli;
}
