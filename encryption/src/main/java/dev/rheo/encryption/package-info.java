/**
 * Encryption at rest, as kube-apiserver does it: what the store is given and holds is encrypted,
 * what it returns is plain.
 *
 * <pre>
 *   EncryptedStore        a store around another
 *   Encryption            the configuration in force, its reload and its health
 *   ResourceTransformers  one configuration, made ready: which resource is encrypted how
 *   config                reading and validating the file
 *   value                 AES-CBC, AES-GCM, secretbox, and the choice between them
 *   kms                   keys in a key management service
 * </pre>
 */
@NullMarked
package dev.rheo.encryption;

import org.jspecify.annotations.NullMarked;
