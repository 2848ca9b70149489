/**
 * Encryption with a key management service, by upstream's KMS v2.
 *
 * <p>The server makes a random seed and has the plugin encrypt it; each value is encrypted with a
 * key derived from the seed. The encrypted seed is stored with each value, so the plugin is asked
 * once for each seed, not for each value.
 *
 * <pre>
 *   KmsTransformer    encrypts and decrypts values; remembers the seeds that the plugin decrypted
 *   KmsProbe          asks the plugin how it is, and makes a new seed when its key changes
 *   PluginConnection  the plugin, by gRPC over a Unix domain socket
 *   EncryptedObject   what is stored;  SeedCipher  a seed and the keys that follow from it
 *   KmsMessages       the plugin's protocol;  Proto  its encoding
 * </pre>
 *
 * <p>Source: {@code k8s.io/kms/apis/v2} and {@code EncryptedObject} of k8s.io/apiserver 0.36.
 */
@NullMarked
package dev.rheo.encryption.kms;

import org.jspecify.annotations.NullMarked;
