package io.millrace.benchmarks.peers;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** The recovery benchmark's job in Kafka Streams' DSL, with its defaults, exactly once. Says on stdout what it restores. */
final class StreamsCounts {
    private StreamsCounts() {}

    /** @param args bootstrap servers, application id, input, output, state directory */
    public static void main(String[] args) throws IOException {
        Properties config = new Properties();
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
        config.put(StreamsConfig.STATE_DIR_CONFIG, args[4]);
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
        config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(args[2], Consumed.with(Serdes.ByteArray(), Serdes.String()))
                .groupBy((key, text) -> text, Grouped.with(Serdes.String(), Serdes.String()))
                .count()
                .toStream()
                .to(args[3], Produced.with(Serdes.String(), Serdes.Long()));
        try (KafkaStreams streams = new KafkaStreams(builder.build(), config)) {
            streams.setUncaughtExceptionHandler(cause -> {
                cause.printStackTrace();
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
            streams.setStateListener((now, before) -> {
                System.out.println(System.currentTimeMillis() + " " + before + " -> " + now);
                if (now == KafkaStreams.State.ERROR) {
                    Runtime.getRuntime().halt(1);
                }
            });
            streams.setGlobalStateRestoreListener(new Restores());
            streams.start();
            System.in.transferTo(OutputStream.nullOutputStream());
            streams.close(Duration.ofSeconds(20));
        }
    }

    /** Prints what each task has restored, and in how long. */
    private static final class Restores implements StateRestoreListener {
        private final Map<TopicPartition, Long> startedMs = new ConcurrentHashMap<>();

        @Override
        public void onRestoreStart(TopicPartition changelog, String store, long from, long to) {
            startedMs.put(changelog, System.currentTimeMillis());
        }

        @Override
        public void onBatchRestored(TopicPartition changelog, String store, long to, long records) {
            // the end says all
        }

        @Override
        public void onRestoreEnd(TopicPartition changelog, String store, long records) {
            long tookMs = System.currentTimeMillis() - startedMs.getOrDefault(changelog, System.currentTimeMillis());
            System.out.println(
                    "task " + changelog.partition() + " restored " + records + " records in " + tookMs + " ms");
        }
    }
}
