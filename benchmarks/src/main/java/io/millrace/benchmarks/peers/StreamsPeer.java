package io.millrace.benchmarks.peers;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * Runs a {@link StreamsTopology}. Where Millrace has other client settings by default than Kafka Streams, Kafka Streams is given
 * the larger ones too; stores and caches are its defaults.
 */
final class StreamsPeer {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(20);

    private StreamsPeer() {}

    /** @param args see {@link PeerArguments} */
    public static void main(String[] args) throws IOException {
        PeerArguments arguments = PeerArguments.parse(args);
        Properties config = config(arguments);
        Topology topology = StreamsTopology.of(arguments, config);
        try (KafkaStreams streams = new KafkaStreams(topology, config)) {
            streams.setUncaughtExceptionHandler(cause -> {
                cause.printStackTrace();
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
            streams.setStateListener((now, before) -> {
                if (now == KafkaStreams.State.ERROR) {
                    Runtime.getRuntime().halt(1);
                }
            });
            streams.start();
            System.in.transferTo(OutputStream.nullOutputStream());
            printDropped(streams);
            streams.close(CLOSE_LIMIT);
        }
    }

    private static Properties config(PeerArguments arguments) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments.group());
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments.bootstrapServers());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, arguments.threads());
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, arguments.commitMs());
        config.put(StreamsConfig.STATE_DIR_CONFIG, arguments.stateDirectory().toString());
        config.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.OPTIMIZE);
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 4_000);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 << 10);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 64L << 20);
        return config;
    }

    private static void printDropped(KafkaStreams streams) {
        double dropped = streams.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("dropped-records-total"))
                .mapToDouble(metric -> ((Number) metric.metricValue()).doubleValue())
                .sum();
        System.out.println("dropped-records-total " + (long) dropped);
    }
}
