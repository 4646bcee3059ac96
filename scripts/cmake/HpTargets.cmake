# SPDX-License-Identifier: Apache-2.0
# What every target of the project shares: language, warnings, sanitizers.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(HP_SANITIZE "" CACHE STRING
    "value of -fsanitize= for all of the project's code, e.g. address,undefined")
option(HP_WERROR "warnings are errors; off where compilers are not known" ON)
option(HP_HARDEN "PIE, RELRO, stack protector and FORTIFY" OFF)
option(HP_FUZZING_BUILD "define FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION" OFF)
if(HP_HARDEN AND HP_FUZZING_BUILD)
  message(FATAL_ERROR "a release build never has the fuzzing macro")
endif()

# hp_warnings alone is for what must not be sanitized: the mutator of a fuzzer.
add_library(hp_warnings INTERFACE)
target_compile_definitions(hp_warnings INTERFACE _POSIX_C_SOURCE=200809L
  HP_VERSION="${PROJECT_VERSION}")
target_compile_options(hp_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wcast-align -Wcast-qual -Wstrict-prototypes -Wmissing-prototypes
  -Wold-style-definition -Wvla -Wundef -Wwrite-strings -Wformat=2)
add_library(hp_options INTERFACE)
target_link_libraries(hp_options INTERFACE hp_warnings)
if(HP_WERROR)
  target_compile_options(hp_warnings INTERFACE -Werror)
endif()
if(HP_SANITIZE)
  target_compile_options(hp_options INTERFACE -fsanitize=${HP_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(hp_options INTERFACE -fsanitize=${HP_SANITIZE})
endif()
if(HP_FUZZING_BUILD)
  # Checks make the small functions of the readers too large to be inlined, and
  # a walk half as fast.
  if(CMAKE_C_COMPILER_ID MATCHES "Clang")
    target_compile_options(hp_options INTERFACE
      "SHELL:-mllvm -inline-threshold=2000")
  endif()
  target_compile_definitions(hp_options INTERFACE
    FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
endif()
if(HP_HARDEN)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  target_compile_options(hp_options INTERFACE -fstack-protector-strong
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fPIE)
  target_link_options(hp_options INTERFACE -pie -Wl,-z,relro,-z,now)
endif()

# hp_layer(<name> [USES layer...] [PRIVATE_USES layer...] [LINK library...]
#          [WITHOUT file...])
# builds engine/<name>/*.c, WITHOUT some, into the static library hp_<name>.
# USES are layers whose headers its own headers may include; PRIVATE_USES only
# its .c files.
function(hp_layer name)
  cmake_parse_arguments(ARG "" "" "USES;PRIVATE_USES;LINK;WITHOUT" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/${name}/*.c)
  list(TRANSFORM ARG_WITHOUT PREPEND ${PROJECT_SOURCE_DIR}/engine/${name}/)
  list(REMOVE_ITEM sources "" ${ARG_WITHOUT})
  add_library(hp_${name} STATIC ${sources})
  target_include_directories(hp_${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/engine/${name})
  list(TRANSFORM ARG_USES PREPEND hp_)
  list(TRANSFORM ARG_PRIVATE_USES PREPEND hp_)
  target_link_libraries(hp_${name} PUBLIC ${ARG_USES}
    PRIVATE hp_options ${ARG_PRIVATE_USES} ${ARG_LINK})
endfunction()
