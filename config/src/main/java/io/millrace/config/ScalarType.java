package io.millrace.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a single value may be. It judges the text, however YAML types it. */
sealed interface ScalarType {
    /** In messages and in the reference: {@code a duration}. */
    String what();

    /** Null if the text fits. The text may be shown in the message. */
    @Nullable
    Fault fault(Text text);

    /** As JSON Schema, for a value without a variable in it. */
    Map<String, Object> schema();

    /** Any text, an expression or a type: what is in it is for others to read. */
    record Free(String what, boolean mayBeEmpty) implements ScalarType {
        @Override
        public @Nullable Fault fault(Text text) {
            return mayBeEmpty || !text.value().isBlank() ? null : Fault.of("is empty", null);
        }

        @Override
        public Map<String, Object> schema() {
            Map<String, Object> schema = new LinkedHashMap<>();
            schema.put("type", List.of("string", "number", "boolean"));
            if (!mayBeEmpty) {
                schema.put("pattern", "\\S");
            }
            return schema;
        }
    }

    /**
     * A text of a fixed form.
     *
     * @param mayBeNumber whether a bare number can have the form
     */
    record Formed(String what, String pattern, boolean mayBeNumber) implements ScalarType {
        @Override
        public @Nullable Fault fault(Text text) {
            return Pattern.matches(pattern, text.value())
                    ? null
                    : Fault.of("cannot be '" + Fault.shown(text) + "'", "write " + what);
        }

        @Override
        public Map<String, Object> schema() {
            Object type = mayBeNumber ? List.of("string", "integer") : "string";
            return Json.object("type", type, "pattern", "^(" + pattern + ")$");
        }
    }

    /** One of a few words. */
    record Choice(List<String> words) implements ScalarType {
        @Override
        public String what() {
            String last = words.get(words.size() - 1);
            List<String> others = words.subList(0, words.size() - 1);
            return others.isEmpty() ? last : String.join(", ", others) + " or " + last;
        }

        @Override
        public @Nullable Fault fault(Text text) {
            if (words.contains(text.value())) {
                return null;
            }
            String hint = DidYouMean.hint(text.toString(), words);
            return new Fault(
                    "cannot be '" + Fault.shown(text) + "'",
                    hint,
                    List.of("possible: " + String.join(", ", words)),
                    true);
        }

        @Override
        public Map<String, Object> schema() {
            return Json.object("enum", words);
        }
    }

    /** A whole number, both bounds included. */
    record Whole(int least, int most) implements ScalarType {
        @Override
        public String what() {
            return "a whole number from " + least + " to " + most;
        }

        @Override
        public @Nullable Fault fault(Text text) {
            boolean number = text.value().matches("[0-9]{1,9}");
            int value = number ? Integer.parseInt(text.value()) : -1;
            return value >= least && value <= most
                    ? null
                    : Fault.of("cannot be '" + Fault.shown(text) + "'", "it takes " + what());
        }

        @Override
        public Map<String, Object> schema() {
            return Json.object("type", "integer", "minimum", least, "maximum", most);
        }
    }

    /**
     * @param least null for no bound, so that it may be negative
     * @param likelyUnit what a bare number probably counts
     */
    record Lasting(@Nullable Duration least, @Nullable Duration most, String likelyUnit) implements ScalarType {
        @Override
        public String what() {
            return "a duration";
        }

        @Override
        public @Nullable Fault fault(Text text) {
            Duration duration = Durations.parse(text.value());
            if (duration == null) {
                String meant = Durations.meant(text.value(), likelyUnit);
                boolean bare = text.value().matches("-?\\d+");
                String message = bare ? "has no unit" : "cannot be '" + Fault.shown(text) + "'";
                return Fault.of(message, "write " + (meant == null ? "a duration such as 10s, 5m or 1h30m" : meant));
            }
            if (least != null && duration.compareTo(least) < 0) {
                return Fault.beyondSchema(
                        "cannot be '" + Fault.shown(text) + "'", "at least " + Durations.write(least));
            }
            if (most != null && duration.compareTo(most) > 0) {
                return Fault.beyondSchema("cannot be '" + Fault.shown(text) + "'", "at most " + Durations.write(most));
            }
            return null;
        }

        @Override
        public Map<String, Object> schema() {
            return Json.object("type", "string", "pattern", "^(" + Durations.PATTERN + ")$");
        }
    }

    /** A time zone's name in the IANA database, or an offset from UTC. */
    record Zone() implements ScalarType {
        @Override
        public String what() {
            return "a time zone such as Europe/Berlin or +02:00";
        }

        @Override
        public @Nullable Fault fault(Text text) {
            if (TimeZones.isKnown(text.value())) {
                return null;
            }
            // Which zones there are is the Java release's to say, not the schema's.
            return new Fault(
                    "cannot be '" + Fault.shown(text) + "'",
                    TimeZones.meant(text.toString()),
                    List.of("it takes an IANA name such as Europe/Berlin or an offset such as +02:00"),
                    false);
        }

        @Override
        public Map<String, Object> schema() {
            return new Free(what(), true).schema();
        }
    }

    /** An amount of memory. */
    record Sized(long leastBytes) implements ScalarType {
        @Override
        public String what() {
            return "a size";
        }

        @Override
        public @Nullable Fault fault(Text text) {
            Long sizeBytes = Sizes.parse(text.value());
            if (sizeBytes == null) {
                String meant = Sizes.meant(text.value());
                boolean bare = text.value().matches("\\d+");
                String message = bare ? "has no unit" : "cannot be '" + Fault.shown(text) + "'";
                return Fault.of(message, "write " + (meant == null ? "a size such as 64KB, 256MB or 2GB" : meant));
            }
            return sizeBytes >= leastBytes
                    ? null
                    : Fault.beyondSchema(
                            "cannot be '" + Fault.shown(text) + "'", "at least " + Sizes.write(leastBytes));
        }

        @Override
        public Map<String, Object> schema() {
            return Json.object("type", "string", "pattern", "^(" + Sizes.PATTERN + ")$");
        }
    }
}
