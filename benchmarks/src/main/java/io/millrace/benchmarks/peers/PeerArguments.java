package io.millrace.benchmarks.peers;

import java.nio.file.Path;
import java.util.List;

/**
 * What a peer is told.
 *
 * @param work {@code a} or {@code b}
 * @param group its consumer group, fresh for each run
 * @param finalResults whether windows are written once, when they close, instead of with each update; Kafka Streams only
 * @param graceMs how long after a window's end Kafka Streams still takes records for it
 */
public record PeerArguments(
        String bootstrapServers,
        String work,
        String group,
        String input,
        String output,
        long commitMs,
        int threads,
        Path stateDirectory,
        boolean finalResults,
        long graceMs) {

    /** For a command line; {@link #parse} reads it. */
    public List<String> toArguments() {
        return List.of(
                bootstrapServers,
                work,
                group,
                input,
                output,
                Long.toString(commitMs),
                Integer.toString(threads),
                stateDirectory.toString(),
                Boolean.toString(finalResults),
                Long.toString(graceMs));
    }

    static PeerArguments parse(String[] args) {
        return new PeerArguments(
                args[0],
                args[1],
                args[2],
                args[3],
                args[4],
                Long.parseLong(args[5]),
                Integer.parseInt(args[6]),
                Path.of(args[7]),
                Boolean.parseBoolean(args[8]),
                Long.parseLong(args[9]));
    }
}
