package io.millrace.config;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Unmodifiable properties that hide the secret ones when they are printed, as a map and entry by entry. */
final class KafkaProperties extends AbstractMap<String, String> {
    private final Map<String, String> values;
    private final Set<String> secretKeys;

    KafkaProperties(Map<String, String> values, Set<String> secretKeys) {
        this.values = new LinkedHashMap<>(values);
        this.secretKeys = Set.copyOf(secretKeys);
    }

    @Override
    public @Nullable String get(Object key) {
        return values.get(key);
    }

    @Override
    public boolean containsKey(Object key) {
        return values.containsKey(key);
    }

    @Override
    public Set<Map.Entry<String, String>> entrySet() {
        return new Entries();
    }

    private boolean isSecret(String key) {
        return secretKeys.contains(key) || Secrets.looksSecret(key);
    }

    private final class Entries extends AbstractSet<Map.Entry<String, String>> {
        @Override
        public int size() {
            return values.size();
        }

        @Override
        public Iterator<Map.Entry<String, String>> iterator() {
            Iterator<Map.Entry<String, String>> entries = values.entrySet().iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return entries.hasNext();
                }

                @Override
                public Map.Entry<String, String> next() {
                    Map.Entry<String, String> entry = entries.next();
                    return new Property(entry.getKey(), entry.getValue(), isSecret(entry.getKey()));
                }
            };
        }
    }

    private static final class Property extends SimpleImmutableEntry<String, String> {
        private final boolean secret;

        Property(String key, String value, boolean secret) {
            super(key, value);
            this.secret = secret;
        }

        @Override
        public String toString() {
            return getKey() + "=" + (secret ? Secrets.HIDDEN : getValue());
        }
    }

    /** The secret values are left out. */
    @Override
    public String toString() {
        return entrySet().toString().replaceAll("^\\[", "{").replaceAll("]$", "}");
    }
}
