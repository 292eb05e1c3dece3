package io.millrace.app;

/**
 * Sets what {@code log4j2.xml} reads. Call before the first logger is made: no class that the command line needs may have one.
 */
final class Logging {
    private Logging() {}

    static void format(Millrace.LogFormat format) {
        System.setProperty("millrace.log.format", format.name());
    }

    /** For a command whose own output is what the user looks at: only what needs attention is logged. */
    static void quiet() {
        System.setProperty("millrace.log.level", "WARN");
        // An embedded broker warns of things that are as they should be on one node.
        System.setProperty("millrace.log.kafka", "ERROR");
    }
}
