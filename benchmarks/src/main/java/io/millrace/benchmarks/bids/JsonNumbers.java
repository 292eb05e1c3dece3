package io.millrace.benchmarks.bids;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;

/** Reads fields of a JSON object as whole numbers; of an ISO-8601 instant it reads the milliseconds since the epoch. */
final class JsonNumbers {
    private final JsonFactory factory = new JsonFactory();
    private final List<String> names;

    JsonNumbers(String... names) {
        this.names = List.of(names);
    }

    /** One number per name, in the order of the names. @throws IllegalArgumentException if one is missing */
    long[] read(byte[] json) {
        long[] numbers = new long[names.size()];
        int found = 0;
        try (JsonParser parser = factory.createParser(json)) {
            parser.nextToken();
            String name;
            while ((name = parser.nextFieldName()) != null) {
                JsonToken token = parser.nextToken();
                int index = names.indexOf(name);
                if (index < 0) {
                    parser.skipChildren();
                } else {
                    numbers[index] = token == JsonToken.VALUE_STRING
                            ? Instant.parse(parser.getText()).toEpochMilli()
                            : parser.getLongValue();
                    found++;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("an output record is no JSON", e);
        }
        if (found != names.size()) {
            throw new IllegalArgumentException("an output record has " + found + " of the fields " + names);
        }
        return numbers;
    }
}
